using System.Security.Cryptography;

namespace ModelServing.TestKit.ObjectStorage;

#pragma warning disable CA5351 // The service's checksums are MD5s. They detect damage and are not used for security.
internal static class StorageHash
{
    internal static string Md5(ReadOnlyMemory<byte> content) => Convert.ToBase64String(MD5.HashData(content.Span));

    /// <summary>The MD5 of the parts' MD5s, followed by the number of parts.</summary>
    internal static string MultipartMd5(IEnumerable<ReadOnlyMemory<byte>> parts)
    {
        var hashes = parts.Select(static part => MD5.HashData(part.Span)).ToList();
        return $"{Convert.ToBase64String(MD5.HashData([.. hashes.SelectMany(static hash => hash)]))}-{hashes.Count}";
    }
}
