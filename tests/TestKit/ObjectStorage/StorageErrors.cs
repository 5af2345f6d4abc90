namespace ModelServing.TestKit.ObjectStorage;

#pragma warning restore CA5351

/// <summary>The errors that more than one operation has.</summary>
internal static class StorageErrors
{
    internal static StorageError ObjectNotFound(string key) => new(404, "ObjectNotFound", $"The object '{key}' was not found in the bucket");

    // The service's own code for it was not seen in any live answer; nothing may depend on it.
    internal static StorageError NoSuchUpload(string uploadId) => new(404, "NoSuchUpload", $"The upload '{uploadId}' does not exist");

    internal static StorageError InvalidUploadPart(string why) => new(400, "InvalidUploadPart", why);
}
