using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>The errors that several operations share.</summary>
internal static class StorageErrors
{
    internal static EmulatorError ObjectNotFound(string key) =>
        new(404, "ObjectNotFound", $"The object '{key}' was not found in the bucket");

    // The service's code for this error is a guess: no live answer showed it. Nothing may depend on it.
    internal static EmulatorError NoSuchUpload(string uploadId) => new(404, "NoSuchUpload", $"The upload '{uploadId}' does not exist");

    internal static EmulatorError InvalidUploadPart(string reason) => new(400, "InvalidUploadPart", reason);
}
