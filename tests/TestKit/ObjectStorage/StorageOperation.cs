namespace ModelServing.TestKit.ObjectStorage;

/// <summary>The operations that are emulated, by the SDK's names.</summary>
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
