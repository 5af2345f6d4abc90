using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.ObjectStorage;

/// <summary>
/// Verifies a request's signature as the service does: over the method, the target and the headers as they were sent. Whatever is wrong
/// is 401 NotAuthenticated, with the reason in the message.
/// </summary>
internal sealed partial class SignatureCheck(EmulatorIdentity identity, TimeProvider time)
{
    /// <summary>How far a request's date may be from now.</summary>
    internal static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    private const int MaxSignedBody = 4 * 1024 * 1024;

    private static readonly string[] Always = ["date", "(request-target)", "host"];
    private static readonly string[] WithBody = [.. Always, "content-length", "content-type", "x-content-sha256"];

    /// <summary>Verifies a request; gives its body, where that is signed, else null and leaves it unread.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Its target, with its escapes.</param>
    /// <param name="hasSignedBody">Whether its body has to be signed too.</param>
    /// <exception cref="StorageError">The signature is not one of this request.</exception>
    internal async Task<byte[]?> VerifyAsync(HttpContext context, string target, bool hasSignedBody)
    {
        var headers = context.Request.Headers;
        var match = Authorization().Match(headers.Authorization.ToString());
        if (!match.Success)
            throw Refused("there is no Authorization header of the form Signature version=\"1\",headers=..,keyId=..,algorithm=\"rsa-sha256\",signature=..");
        if (match.Groups["key"].Value != identity.KeyId)
            throw Refused($"the key '{match.Groups["key"].Value}' is not known");
        if (!DateTimeOffset.TryParseExact(headers.Date.ToString(), "r", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date))
            throw Refused($"the date '{headers.Date}' is not one");
        if ((time.GetUtcNow() - date).Duration() > MaxSkew)
            throw Refused($"the date '{headers.Date}' is more than {MaxSkew.TotalMinutes:0} minutes from now");

        var signed = match.Groups["headers"].Value.Split(' ');
        var required = hasSignedBody ? WithBody : Always;
        if (required.Except(signed).FirstOrDefault() is { } missing)
            throw Refused($"'{missing}' is not signed");

        var text = string.Join('\n', signed.Select(name => name == "(request-target)"
            ? $"{name}: {context.Request.Method.ToLowerInvariant()} {target}"
            : headers.TryGetValue(name, out var values) ? $"{name}: {string.Join(", ", values.ToArray())}" : throw Refused($"the signed header '{name}' was not sent")));
        var signature = new byte[256];
        if (!Convert.TryFromBase64String(match.Groups["signature"].Value, signature, out var length) ||
            !identity.Key.VerifyData(Encoding.UTF8.GetBytes(text), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            throw Refused("the signature is not that of this request");
        return signed.Contains("x-content-sha256") ? await ReadBodyAsync(context) : null;
    }

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (>= 0 and <= MaxSignedBody) and var length)
            throw new StorageError(StatusCodes.Status400BadRequest, "InvalidParameter", $"a signed body has a length, of at most {MaxSignedBody} bytes; this is {length}");
        var body = new byte[context.Request.ContentLength.Value];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        return Convert.ToBase64String(SHA256.HashData(body)) == context.Request.Headers["x-content-sha256"] ? body : throw Refused("x-content-sha256 is not that of the body");
    }

    private static StorageError Refused(string why) => new(StatusCodes.Status401Unauthorized, "NotAuthenticated", $"The required information to complete authentication was not provided or was incorrect: {why}");

    [GeneratedRegex("^Signature version=\"1\",headers=\"(?<headers>[^\"]+)\",keyId=\"(?<key>[^\"]+)\",algorithm=\"rsa-sha256\",signature=\"(?<signature>[^\"]+)\"$")]
    private static partial Regex Authorization();
}
