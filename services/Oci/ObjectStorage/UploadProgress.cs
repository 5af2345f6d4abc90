using ModelServing.Registry;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>How much of an object is stored.</summary>
/// <param name="Key">The object's key.</param>
/// <param name="Stored">How many of its bytes are stored.</param>
/// <param name="Total">How many bytes it has.</param>
public sealed record UploadProgress(ObjectKey Key, long Stored, long Total);
