using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using ModelServing.TestKit;

namespace ModelServing.Services.Tests.Oci;

/// <summary>A user of OCI with a generated key and a configuration file. It also verifies the user's signatures, as a service
/// would.</summary>
internal sealed class SomeUser : IDisposable
{
    internal const string KeyId = "ocid1.tenancy.oc1..some/ocid1.user.oc1..some/20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34";

    // One for all tests: generating a key takes longer than most of them.
    private static readonly RSA Key = RSA.Create(2048);

    private readonly TemporaryFolder folder = new();

    internal SomeUser()
    {
        File.WriteAllText(KeyFile, Key.ExportRSAPrivateKeyPem());
        File.WriteAllText(ConfigFile, Profile());
    }

    internal string ConfigFile => folder.Combine("config");

    internal string KeyFile => folder.Combine("key.pem");

    internal static string EncryptedKey(string passPhrase) =>
        Key.ExportEncryptedPkcs8PrivateKeyPem(
            passPhrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1000));

    internal string Profile(string name = "DEFAULT", string region = "region=eu-frankfurt-1") => $"""
        [{name}]
        user=ocid1.user.oc1..some
        fingerprint=20:3b:97:13:55:1c:5b:0d:d3:37:d8:50:4e:c5:3a:34
        tenancy=ocid1.tenancy.oc1..some
        key_file={KeyFile}
        {region}

        """;

    public void Dispose() => folder.Dispose();

    /// <summary>Verifies the signature over the request as it arrived.</summary>
    /// <returns>The names of the signed headers, in the signature's order.</returns>
    internal static string VerifySignature(RawMessage request)
    {
        var match = Regex.Match(
            request["Authorization"]!,
            "\\ASignature version=\"1\",headers=\"([^\"]*)\",keyId=\"([^\"]*)\",algorithm=\"rsa-sha256\",signature=\"([^\"]*)\"\\z");
        Assert.True(match.Success, request["Authorization"]);
        Assert.Equal(KeyId, match.Groups[2].Value);
        var (method, target) = (request.StartLine.Split(' ')[0], request.StartLine.Split(' ')[1]);
        var lines = match.Groups[1].Value.Split(' ').Select(name => name == "(request-target)"
            ? $"{name}: {method.ToLowerInvariant()} {target}"
            : $"{name}: {request[name]}");
        Assert.True(
            Key.VerifyData(
                Encoding.UTF8.GetBytes(string.Join('\n', lines)),
                Convert.FromBase64String(match.Groups[3].Value),
                HashAlgorithmName.SHA256,
                RSASignaturePadding.Pkcs1),
            "the signature does not match the request as it arrived");
        if (request["x-content-sha256"] is { } digest)
            Assert.Equal(Convert.ToBase64String(SHA256.HashData(request.Body)), digest);
        return match.Groups[1].Value;
    }
}
