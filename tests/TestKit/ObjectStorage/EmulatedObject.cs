namespace ModelServing.TestKit.ObjectStorage;

/// <summary>A stored object.</summary>
internal sealed record EmulatedObject(
    ReadOnlyMemory<byte> Content,
    string ContentType,
    IReadOnlyDictionary<string, string> Metadata,
    string? MultipartMd5)
{
    internal string ETag { get; } = Guid.NewGuid().ToString();

    internal string Md5 { get; } = StorageHash.Md5(Content);

    internal DateTimeOffset Modified { get; } = DateTimeOffset.UtcNow;
}
