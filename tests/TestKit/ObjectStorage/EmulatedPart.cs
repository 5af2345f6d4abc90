namespace ModelServing.TestKit.ObjectStorage;

/// <summary>One part of a multipart upload.</summary>
internal sealed record EmulatedPart(ReadOnlyMemory<byte> Content)
{
    internal string ETag { get; } = Guid.NewGuid().ToString();
}
