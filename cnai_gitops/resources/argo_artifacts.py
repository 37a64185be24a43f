"""Artifacts of Argo Workflows in shape: files that steps hand over, and where they are kept.

Must not: choose a bucket; blueprints write keys, the platform's repository has bucket and encryption.
"""

from __future__ import annotations

from typing import Any, Literal, Required, TypedDict

from cnai_gitops.resources.core import KeySelector


class S3Encryption(TypedDict, total=False):
    """Encryption at rest; without `kmsKeyId` it is the store's own key."""

    enableEncryption: bool
    kmsKeyId: str
    kmsEncryptionContext: str
    serverSideCustomerKeySecret: KeySelector


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
    createBucketIfNotPresent: dict[str, Any]
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


class RawArtifact(TypedDict):
    """Text in the manifest itself."""

    data: str


class ArtifactGC(TypedDict, total=False):
    """When artifacts are deleted, and by whom."""

    strategy: Literal["OnWorkflowCompletion", "OnWorkflowDeletion", "Never"]
    forceFinalizerRemoval: bool
    podMetadata: dict[str, dict[str, str]]
    podSpecPatch: str
    serviceAccountName: str


class Tar(TypedDict, total=False):
    """A tar archive."""

    compressionLevel: int


class Archive(TypedDict, total=False):
    """How an artifact is packed, one of these."""

    none: dict[str, Any]
    tar: Tar
    zip: dict[str, Any]


class ArtifactLocation(TypedDict, total=False):
    """Where an artifact is kept: at most one store."""

    archiveLogs: bool
    s3: S3Artifact
    gcs: GcsArtifact
    azure: AzureArtifact
    git: GitArtifact
    raw: RawArtifact
    http: dict[str, Any]
    hdfs: dict[str, Any]
    oss: dict[str, Any]
    artifactory: dict[str, Any]


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
