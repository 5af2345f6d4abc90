using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using ModelServing.Clients;
using ModelServing.Contracts;

namespace ModelServing.Services.Tests.Clients;

public class TokenKeysTests
{
    private static readonly string Modulus = ModulusOf(2048);

    /// <summary>A JWKS with one key, <c>a</c>.</summary>
    internal static string Rsa { get; } = $$"""{"keys":[{"kty":"RSA","kid":"a","n":"{{Modulus}}","e":"AQAB"}]}""";

    [Fact]
    public void It_reads_keys_for_signatures_and_leaves_out_all_others()
    {
        var keys = Parse($$"""
            {"keys":[
              {"kty":"RSA","kid":"good","n":"{{Modulus}}","e":"AQAB","alg":"RS256","use":"sig"},
              {"kty":"RSA","kid":"short","n":"{{ModulusOf(1024)}}","e":"AQAB"},
              {"kty":"RSA","kid":"encryption","n":"{{Modulus}}","e":"AQAB","use":"enc"},
              {"kty":"RSA","n":"{{Modulus}}","e":"AQAB"},
              {"kty":"RSA","kid":"broken","n":"!","e":"AQAB"},
              {"kty":"RSA","kid":"half","e":"AQAB"},
              {"kty":"oct","kid":"symmetric","k":"c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0"},
              {"kty":"EC","kid":"curve","crv":"secp256k1","x":"AQAB","y":"AQAB"},
              {"kty":"EC","kid":"off the curve","crv":"P-256","x":"AQAB","y":"AQAB"},
              {"kty":"OKP","kid":"ed","crv":"Ed25519","x":"AQAB"}
            ]}
            """);
        Assert.Equal("RS256", keys.Find("good")!.Algorithm);
        Assert.All(
            (string[])["short", "encryption", "", "broken", "half", "symmetric", "curve", "off the curve", "ed"],
            id => Assert.Null(keys.Find(id)));
    }

    [Theory]
    [InlineData("", "not a JWKS")]
    [InlineData("<html>", "not a JWKS")]
    [InlineData("[]", "not a JWKS")]
    [InlineData("{}", "no key with a kid")]
    [InlineData("""{"keys":[]}""", "no key with a kid")]
    [InlineData("""{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}""", "no key with a kid")]
    public void A_text_without_a_usable_key_is_refused(string text, string message) =>
        Assert.Contains(message, Assert.Throws<ContractException>(() => Parse(text)).Message, StringComparison.Ordinal);

    [Fact]
    public void Two_keys_with_the_same_kid_are_refused()
    {
        var twice = Rsa.Replace("[{", $$"""[{"kty":"RSA","kid":"a","n":"{{ModulusOf(2048)}}","e":"AQAB"},{""", StringComparison.Ordinal);
        Assert.Contains("the same kid", Assert.Throws<ContractException>(() => Parse(twice)).Message, StringComparison.Ordinal);
    }

    private static TokenKeys Parse(string text) => TokenKeys.Parse(Encoding.UTF8.GetBytes(text));

    private static string ModulusOf(int bits)
    {
        using var rsa = RSA.Create(bits);
        return Base64Url.EncodeToString(rsa.ExportParameters(includePrivateParameters: false).Modulus);
    }
}
