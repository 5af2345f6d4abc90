using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Emulation;

/// <summary>
/// Verifies a request's signature as the service does: over the method, the target and the headers as they were sent. A wrong signature is
/// answered with 401 NotAuthenticated and the reason in the message.
/// </summary>
internal sealed partial class SignatureCheck(EmulatorIdentity identity, TimeProvider time)
{
    /// <summary>How far a request's date may be from now.</summary>
    internal static readonly TimeSpan MaxSkew = TimeSpan.FromMinutes(5);

    private const int MaxSignedBody = 4 * 1024 * 1024;

    private static readonly string[] RequiredHeaders = ["date", "(request-target)", "host"];
    private static readonly string[] RequiredHeadersWithBody = [.. RequiredHeaders, "content-length", "content-type", "x-content-sha256"];

    /// <summary>A pod whose sessions are accepted too; null for none.</summary>
    internal OkePod? Pod { get; set; }

    /// <summary>Verifies a request. Returns the body if it is signed; otherwise returns null and leaves the body unread.</summary>
    /// <param name="context">The request.</param>
    /// <param name="target">Its target, with its escapes.</param>
    /// <param name="hasSignedBody">Whether the body must be signed too.</param>
    /// <exception cref="EmulatorError">The signature does not match the request.</exception>
    internal async Task<byte[]?> VerifyAsync(HttpContext context, string target, bool hasSignedBody)
    {
        var headers = context.Request.Headers;
        var match = Authorization().Match(headers.Authorization.ToString());
        if (!match.Success)
        {
            throw Refused(
                "the Authorization header does not have the form Signature "
                + "version=\"1\",headers=..,keyId=..,algorithm=\"rsa-sha256\",signature=..");
        }

        var keyId = match.Groups["key"].Value;
        var key = keyId == identity.KeyId ? identity.Key : Pod?.FindKey(keyId) ?? throw Refused($"the key '{keyId}' is unknown");
        var culture = CultureInfo.InvariantCulture;
        if (!DateTimeOffset.TryParseExact(headers.Date.ToString(), "r", culture, DateTimeStyles.AssumeUniversal, out var date))
            throw Refused($"the date '{headers.Date}' can't be parsed");
        if ((time.GetUtcNow() - date).Duration() > MaxSkew)
            throw Refused($"the date '{headers.Date}' differs from now by more than {MaxSkew.TotalMinutes:0} minutes");

        var signed = match.Groups["headers"].Value.Split(' ');
        var required = hasSignedBody ? RequiredHeadersWithBody : RequiredHeaders;
        if (required.Except(signed).FirstOrDefault() is { } missing)
            throw Refused($"'{missing}' is not signed");

        var text = string.Join('\n', signed.Select(name => $"{name}: {SignedValue(context.Request, name, target)}"));
        var signature = new byte[256];
        if (!Convert.TryFromBase64String(match.Groups["signature"].Value, signature, out var length) ||
            !key.VerifyData(
                Encoding.UTF8.GetBytes(text), signature.AsSpan(0, length), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1))
            throw Refused("the signature does not match this request");
        return signed.Contains("x-content-sha256") ? await ReadBodyAsync(context) : null;
    }

    private static string SignedValue(HttpRequest request, string name, string target) =>
        name == "(request-target)" ? $"{request.Method.ToLowerInvariant()} {target}"
        : request.Headers.TryGetValue(name, out var values) ? string.Join(", ", values.ToArray())
        : throw Refused($"the signed header '{name}' was not sent");

    private static async Task<byte[]> ReadBodyAsync(HttpContext context)
    {
        if (context.Request.ContentLength is not (>= 0 and <= MaxSignedBody) and var length)
        {
            throw EmulatorError.InvalidParameter(
                $"the length of a signed body is {length}; it must be known and at most {MaxSignedBody} bytes");
        }

        var body = new byte[context.Request.ContentLength.Value];
        await context.Request.Body.ReadExactlyAsync(body, context.RequestAborted);
        return Convert.ToBase64String(SHA256.HashData(body)) == context.Request.Headers["x-content-sha256"]
            ? body
            : throw Refused("x-content-sha256 does not match the body");
    }

    private static EmulatorError Refused(string reason) => new(
        StatusCodes.Status401Unauthorized,
        "NotAuthenticated",
        $"The required information to complete authentication was not provided or was incorrect: {reason}");

    [GeneratedRegex(
        "^Signature version=\"1\",headers=\"(?<headers>[^\"]+)\",keyId=\"(?<key>[^\"]+)\","
        + "algorithm=\"rsa-sha256\",signature=\"(?<signature>[^\"]+)\"$")]
    private static partial Regex Authorization();
}
