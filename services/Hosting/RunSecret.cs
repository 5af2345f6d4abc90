using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Hosting;

/// <summary>
/// The secret of one <c>ms up</c>, which its programs send each other. A program on the machine that finds a port does not have it, and a
/// web page can't send its header without asking first.
/// </summary>
public sealed class RunSecret
{
    private static readonly Problem Unauthorized = new(401, "run-secret", "Wrong secret");
    private static readonly Problem NotJson = new(415, "unsupported-media-type", "Unsupported media type");

    private readonly byte[] hash;

    public RunSecret(string secret) => hash = HashOf(secret);

    /// <summary>Whether the request has the secret and, if it has a body, JSON. If not, the refusal has been written.</summary>
    public async Task<bool> AdmitsAsync(HttpContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        if (context.Request.Headers[HeaderNames.RunSecret] is not [{ } given]
            || !CryptographicOperations.FixedTimeEquals(HashOf(given), hash))
        {
            await Unauthorized.WriteAsync(
                context, $"The header {HeaderNames.RunSecret} must be the secret of this run, which only its own programs have");
            return false;
        }

        if (HttpMethods.IsGet(context.Request.Method) || IsJson(context.Request.ContentType))
            return true;
        await NotJson.WriteAsync(context, $"The body is '{context.Request.ContentType}'; it must be application/json");
        return false;
    }

    private static bool IsJson(string? contentType) => MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase);

    private static byte[] HashOf(string text) => SHA256.HashData(Encoding.UTF8.GetBytes(text));
}
