using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Pulumi;
using Pulumi.Oci.Secrets;
using Pulumi.Oci.Secrets.Outputs;

namespace ModelServing.Infra.Cache;

/// <summary>The password of the cache: the newest content of a secret of OCI Vault.</summary>
/// <param name="Text">The password, a secret.</param>
/// <param name="Version">The number of the content's version, which a rotation changes. It is not a secret.</param>
public sealed record CachePassword(Output<string> Text, Output<string> Version)
{
    private const int Shortest = 16;
    private const int Longest = 128;

    /// <summary>What the cache keeps of it: the SHA-256 hash in hexadecimal digits.</summary>
    internal Output<string> Hash =>
        Text.Apply(static text => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))));

    /// <summary>Reads it, with the identity that runs the program.</summary>
    internal static CachePassword Read(Resource parent, Input<string> secretId)
    {
        var found = GetSecretbundle.Invoke(
            new GetSecretbundleInvokeArgs { SecretId = secretId }, new InvokeOptions { Parent = parent });
        return new(
            Output.CreateSecret(found.Apply(static bundle => Decode(bundle.SecretBundleContents))),
            found.Apply(static bundle => bundle.VersionNumber));
    }

    private static string Decode(ImmutableArray<GetSecretbundleSecretBundleContentResult> contents)
    {
        var bytes = contents is [{ Content: { } content }] ? Convert.FromBase64String(content) : [];
        // An editor or echo leaves an end of line, which is not part of the password.
        var text = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        return text.Length is >= Shortest and <= Longest && text.All(static character => character is > ' ' and <= '~')
            ? text
            : throw new ArgumentException(
                $"the secret with the password of the cache must hold {Shortest} to {Longest} printable ASCII characters without blanks, "
                + $"and holds {bytes.Length} bytes; store another version of it");
    }
}
