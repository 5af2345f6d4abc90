namespace Oci.Common.Http.Signing;

/// <summary>What of a request is signed.</summary>
public class SigningStrategy
{
    public static readonly SigningStrategy STANDARD = new(withBody: true);

    /// <summary>As which PutObject and UploadPart are signed.</summary>
    public static readonly SigningStrategy EXCLUDE_BODY = new(withBody: false);

    internal static readonly HttpRequestOptionsKey<SigningStrategy> OfRequest = new("oci-internal-signing-strategy-name");

    private static readonly string[] Always = ["date", "(request-target)", "host"];
    private static readonly string[] OfBody = ["content-length", "content-type", "x-content-sha256"];
    private static readonly string[] WhereSent = ["opc-obo-token", "x-cross-tenancy-request", "x-subscription"];

    private readonly bool withBody;

    private SigningStrategy(bool withBody) => this.withBody = withBody;

    internal List<string> HeadersOf(HttpRequestMessage request)
    {
        string[] ofBody = request.Method.Method.ToUpperInvariant() switch
        {
            "GET" or "HEAD" or "DELETE" => [],
            "PUT" or "POST" or "PATCH" => withBody ? OfBody : [],
            var other => throw new ArgumentException($"Http Request Method not found: {other.ToLowerInvariant()}"),
        };
        return [.. Always, .. ofBody, .. WhereSent.Where(request.Headers.Contains)];
    }
}
