namespace ModelServing.TestKit.ObjectStorage;

/// <summary>An unfinished multipart upload.</summary>
internal sealed record EmulatedUpload(string Id, string Key, string ContentType, IReadOnlyDictionary<string, string> Metadata)
{
    internal SortedDictionary<int, EmulatedPart> Parts { get; } = [];

    internal long Length => Parts.Values.Sum(static part => (long)part.Content.Length);
}
