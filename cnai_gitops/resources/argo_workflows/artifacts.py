"""Artifacts of Argo Workflows in shape: files that steps hand over, and where they are kept.

Must not: choose a bucket; blueprints write keys, the platform's repository has bucket and encryption.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.argo_workflows.blocks import Metadata
from cnai_gitops.resources.core.meta import KeySelector


class S3Encryption(TypedDict, total=False):
    """Encryption at rest; without `kmsKeyId` it is the store's own key."""

    enableEncryption: bool
    kmsKeyId: str
    kmsEncryptionContext: str
    serverSideCustomerKeySecret: KeySelector


class CreateBucket(TypedDict, total=False):
    """Whether a bucket is made, and with object lock."""

    objectLocking: bool


class S3Artifact(TypedDict, total=False):
    """A key in an S3 store; what is absent comes from the artifact repository."""

    bucket: str
    key: str
    endpoint: str
    region: str
    insecure: bool
    roleARN: str
    useSDKCreds: bool
    accessKeySecret: KeySelector
    secretKeySecret: KeySelector
    sessionTokenSecret: KeySelector
    caSecret: KeySelector
    createBucketIfNotPresent: CreateBucket
    encryptionOptions: S3Encryption


class GcsArtifact(TypedDict, total=False):
    """A key in Google Cloud Storage."""

    bucket: str
    key: Required[str]
    serviceAccountKeySecret: KeySelector


class AzureArtifact(TypedDict, total=False):
    """A blob in Azure."""

    endpoint: Required[str]
    container: Required[str]
    blob: Required[str]
    accountKeySecret: KeySelector
    useSDKCreds: bool


class GitArtifact(TypedDict, total=False):
    """A checkout."""

    repo: Required[str]
    revision: str
    branch: str
    depth: int
    fetch: list[str]
    singleBranch: bool
    disableSubmodules: bool
    insecureIgnoreHostKey: bool
    insecureSkipTLS: bool
    usernameSecret: KeySelector
    passwordSecret: KeySelector
    sshPrivateKeySecret: KeySelector


class HttpHeader(TypedDict):
    """A header of a request."""

    name: str
    value: str


class HttpArtifact(TypedDict, total=False):
    """A file behind a URL."""

    url: Required[str]
    headers: list[HttpHeader]


class RawArtifact(TypedDict):
    """Text in the manifest itself."""

    data: str


class ArtifactGC(TypedDict, total=False):
    """When an artifact is deleted, and by whom."""

    strategy: Literal["OnWorkflowCompletion", "OnWorkflowDeletion", "Never"]
    podMetadata: Metadata
    serviceAccountName: str


class WorkflowArtifactGC(ArtifactGC, total=False):
    """The same for all artifacts of a workflow."""

    forceFinalizerRemoval: bool
    podSpecPatch: str


class Tar(TypedDict, total=False):
    """A tar archive."""

    compressionLevel: int


class Archive(TypedDict, total=False):
    """How an artifact is packed, one of these."""

    none: dict[str, Any]
    tar: Tar
    zip: dict[str, Any]


class ArtifactLocation(TypedDict, total=False):
    """Where an artifact is kept: at most one store (those of our profiles; HDFS, OSS and Artifactory are left out)."""

    archiveLogs: bool
    s3: S3Artifact
    gcs: GcsArtifact
    azure: AzureArtifact
    git: GitArtifact
    raw: RawArtifact
    http: HttpArtifact


_Named = TypedDict("_Named", {"name": Required[str], "from": str}, total=False)  # `from` is a keyword of Python


class Artifact(_Named, ArtifactLocation, total=False):
    """A file or directory that a step reads or writes at `path`."""

    path: str
    fromExpression: str
    subPath: str
    globalName: str
    archive: Archive
    artifactGC: ArtifactGC
    mode: int
    recurseMode: bool
    optional: bool
    deleted: bool
