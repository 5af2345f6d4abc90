namespace ModelServing.TestKit.ObjectStorage;

/// <summary>The emulated operations, with the SDK's names.</summary>
public enum StorageOperation
{
    GetNamespace,
    PutObject,
    GetObject,
    HeadObject,
    DeleteObject,
    ListObjects,
    CreateMultipartUpload,
    UploadPart,
    CommitMultipartUpload,
    AbortMultipartUpload,
}
