using System.Collections.Immutable;
using System.Text;
using Pulumi;
using Pulumi.Oci.Secrets;
using Pulumi.Oci.Secrets.Outputs;

namespace ModelServing.Infra.Secrets;

/// <summary>A password or a key: the newest content of a secret of OCI Vault.</summary>
/// <param name="Text">The content, a secret.</param>
/// <param name="Version">The number of the content's version, which a rotation changes. It is not a secret.</param>
public sealed record VaultText(Output<string> Text, Output<string> Version)
{
    private const int Shortest = 16;
    private const int Longest = 128;

    /// <summary>Reads it, with the identity that runs the program.</summary>
    /// <param name="secretId">The OCID of the secret.</param>
    /// <param name="what">What it is, as in <c>the password of the cache</c>.</param>
    /// <param name="options">The provider.</param>
    public static VaultText Read(Input<string> secretId, string what, InvokeOptions options)
    {
        var found = GetSecretbundle.Invoke(new GetSecretbundleInvokeArgs { SecretId = secretId }, options);
        return new(
            Output.CreateSecret(found.Apply(bundle => Decode(bundle.SecretBundleContents, what))),
            found.Apply(static bundle => bundle.VersionNumber));
    }

    private static string Decode(ImmutableArray<GetSecretbundleSecretBundleContentResult> contents, string what)
    {
        var bytes = contents is [{ Content: { } content }] ? Convert.FromBase64String(content) : [];
        // An editor or echo leaves an end of line, which is not part of the text.
        var text = Encoding.UTF8.GetString(bytes).TrimEnd('\r', '\n');
        return text.Length is >= Shortest and <= Longest && text.All(static character => character is > ' ' and <= '~')
            ? text
            : throw new ArgumentException(
                $"the secret with {what} must hold {Shortest} to {Longest} printable ASCII characters without blanks, "
                + $"and holds {bytes.Length} bytes; store another version of it");
    }
}
