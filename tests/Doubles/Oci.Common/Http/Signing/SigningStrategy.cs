namespace Oci.Common.Http.Signing;

/// <summary>Selects the headers that are signed.</summary>
internal sealed class SigningStrategy
{
    internal static readonly SigningStrategy Standard = new(withBody: true);

    /// <summary>The strategy for PutObject and UploadPart.</summary>
    internal static readonly SigningStrategy ExcludeBody = new(withBody: false);

    internal static readonly HttpRequestOptionsKey<SigningStrategy> OptionKey = new("oci-internal-signing-strategy-name");

    private static readonly string[] RequestHeaders = ["date", "(request-target)", "host"];
    private static readonly string[] BodyHeaders = ["content-length", "content-type", "x-content-sha256"];

    private readonly bool withBody;

    private SigningStrategy(bool withBody) => this.withBody = withBody;

    internal string[] SelectHeaders(HttpMethod method) =>
        withBody && method != HttpMethod.Get && method != HttpMethod.Head && method != HttpMethod.Delete
            ? [.. RequestHeaders, .. BodyHeaders]
            : RequestHeaders;
}
