namespace Oci.Common.Http.Signing;

/// <summary>What of a request is signed.</summary>
internal sealed class SigningStrategy
{
    internal static readonly SigningStrategy Standard = new(withBody: true);

    /// <summary>As which PutObject and UploadPart are signed.</summary>
    internal static readonly SigningStrategy ExcludeBody = new(withBody: false);

    internal static readonly HttpRequestOptionsKey<SigningStrategy> OfRequest = new("oci-internal-signing-strategy-name");

    private static readonly string[] Always = ["date", "(request-target)", "host"];
    private static readonly string[] OfBody = ["content-length", "content-type", "x-content-sha256"];

    private readonly bool withBody;

    private SigningStrategy(bool withBody) => this.withBody = withBody;

    internal string[] HeadersOf(HttpMethod method) => withBody && method != HttpMethod.Get && method != HttpMethod.Head && method != HttpMethod.Delete
        ? [.. Always, .. OfBody]
        : Always;
}
