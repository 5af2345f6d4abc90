using System.Security.Cryptography;

namespace ModelServing.Oci.ObjectStorage;

/// <summary>The checksum that Object Storage requires of a body, in Base64.</summary>
internal static class ContentMd5
{
#pragma warning disable CA5351 // The service requires MD5. It detects damage and is not used for security.
    internal static string Compute(byte[] bytes) => Convert.ToBase64String(MD5.HashData(bytes));
#pragma warning restore CA5351
}
