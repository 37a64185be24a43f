"""Lua health check of an InferenceService in Standard mode (KServe 0.20).

Must not: take Ready alone for healthy. While an update cannot load its model, the replicas of before keep the service Ready and its
model UpToDate; only the reason of PredictorReady, which KServe takes over from the Deployment, says that the update is not through
(source: KServe 0.20.0, `inference_service_status.go`, PropagateRawStatus and PropagateModelStatus, read 2026-11-28).
"""

from __future__ import annotations

HEALTH = """\
local hs = {status = "Progressing", message = "waiting for the controller"}
local status = obj.status or {}
local model = status.modelStatus or {}
local states = model.states or {}
local failure = model.lastFailureInfo or {}
local function said(...)
  for _, text in ipairs({...}) do
    if text ~= "" then return text end
  end
end
if model.transitionStatus == "BlockedByFailedLoad" or model.transitionStatus == "InvalidSpec" then
  hs.status = "Degraded"
  hs.message = said(failure.message or "", failure.reason or "", model.transitionStatus)
  return hs
end
local found = {}
for _, condition in ipairs(status.conditions or {}) do
  found[condition.type] = condition
end
local stopped, ready, predictor = found.Stopped or {}, found.Ready or {}, found.PredictorReady or {}
local gone = {ProgressDeadlineExceeded = true, FailedCreate = true}
if stopped.status == "True" then
  hs = {status = "Suspended", message = said(stopped.message or "", "Stopped")}
elseif predictor.status == "False" and gone[predictor.reason or ""] then
  hs = {status = "Degraded", message = said(predictor.message or "", predictor.reason)}
elseif ready.status ~= "True" then
  hs.message = said(ready.message or "", ready.reason or "", hs.message)
elseif predictor.reason ~= "NewReplicaSetAvailable" then
  hs.message = "an update is under way, the replicas of before it answer"
elseif model.transitionStatus ~= "UpToDate" or states.targetModelState ~= "Loaded" then
  hs.message = "the model is " .. said(states.targetModelState or "", "not there yet")
else
  hs = {status = "Healthy", message = "the model is loaded"}
end
return hs
"""
