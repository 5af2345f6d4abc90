using ModelServing.Registry;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>How much of an object is stored.</summary>
/// <param name="Key">The object.</param>
/// <param name="Stored">The bytes that are.</param>
/// <param name="Total">The bytes that it has.</param>
public sealed record UploadProgress(ObjectKey Key, long Stored, long Total);
