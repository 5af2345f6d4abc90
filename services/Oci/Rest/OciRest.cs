using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Oci.Identity;
using Oci.Common;
using Oci.Common.Auth;
using Oci.Common.Http.Signing;

namespace ModelServing.Oci.Rest;

/// <summary>
/// Calls services of OCI for which the product has no client of the SDK: plain REST, signed by the SDK's own handler. A person asks a few
/// questions once; that does not justify a package and a double for each of a dozen services.
/// </summary>
/// <remarks>Each call has a time limit and at most two retries, and its answer is bounded. A failed call is an answer, never an exception:
/// the caller reports it.</remarks>
public sealed class OciRest : IDisposable
{
    private const int MaxResponseBytes = 8 * 1024 * 1024;
    private const int MaxPages = 20;
    private const int Attempts = 3;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private readonly CallerIdentity identity;
    private readonly Region region;
    private readonly Uri? endpoint;
    private readonly TimeSpan pause;
    private readonly HttpClient client;

    private OciRest(CallerIdentity identity, Region region, Uri? endpoint)
    {
        this.identity = identity;
        this.region = region;
        this.endpoint = endpoint;
        // A service that refuses for a moment needs it; an emulator on this machine does not.
        pause = endpoint is null ? TimeSpan.FromSeconds(1) : TimeSpan.FromMilliseconds(10);
        client = new HttpClient(OciHttpClientHandler.FromAuthProvider(identity.Provider))
        {
            Timeout = Limit,
            MaxResponseContentBufferSize = MaxResponseBytes,
        };
        client.DefaultRequestHeaders.UserAgent.ParseAdd("ModelServing");
    }

    /// <summary>The identity in messages, as in <c>the identity config-file, from the profile [DEFAULT] of ~/.oci/config</c>.</summary>
    public string Identity => identity.ToString();

    /// <summary>Opens the identity. This sends nothing yet.</summary>
    /// <param name="settings">The identity, and the region to call.</param>
    /// <param name="endpoint">The address of all services, such as an emulator's; null takes the region's own addresses.</param>
    /// <exception cref="ContractException">Something that the identity needs is missing or wrong, or no region is known.</exception>
    public static OciRest Open(OciSettings settings, Uri? endpoint = null)
    {
        ArgumentNullException.ThrowIfNull(settings);
        var identity = OciIdentityProvider.ForThisProcess.Open(settings);
        var region = settings.Region is { } named
            ? OciIdentityProvider.FindRegion(named, "the region")
            : (identity.Provider as IRegionProvider)?.Region ?? throw new ContractException("no region is known");
        return new OciRest(identity, region, endpoint);
    }

    /// <summary>Reads something.</summary>
    /// <param name="target">The path and the query, from the first <c>/</c>.</param>
    /// <param name="cancellation">Ends the call at once.</param>
    public Task<RestAnswer> GetAsync(RestService service, string target, CancellationToken cancellation) =>
        CallAsync(service, target, null, cancellation);

    /// <summary>Sends a body of JSON. Use it only for calls that change nothing, because they are repeated after a failure.</summary>
    /// <inheritdoc cref="GetAsync"/>
    public Task<RestAnswer> PostAsync(RestService service, string target, JsonObject body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(body);
        return CallAsync(service, target, body.ToJsonString(), cancellation);
    }

    /// <summary>Reads all pages of a list, at most 20.</summary>
    /// <returns>The entries, and the answer that ended the reading, which may be a failure.</returns>
    /// <inheritdoc cref="GetAsync"/>
    public async Task<(IReadOnlyList<JsonObject> Items, RestAnswer Last)> ListAsync(
        RestService service, string target, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(target);
        var items = new List<JsonObject>();
        var separator = target.Contains('?', StringComparison.Ordinal) ? '&' : '?';
        string? page = null;
        for (var count = 1; ; count++)
        {
            var next = page is null ? target : $"{target}{separator}page={Uri.EscapeDataString(page)}";
            var answer = await GetAsync(service, next, cancellation);
            items.AddRange(answer.Items);
            page = answer.NextPage;
            if (!answer.IsSuccess || page is null || count == MaxPages)
                return (items, answer);
        }
    }

    public void Dispose() => client.Dispose();

    private async Task<RestAnswer> CallAsync(RestService service, string target, string? body, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(service);
        var answer = await SendAsync(service, target, body, cancellation);
        for (var attempt = 1; attempt < Attempts && answer.IsTransient; attempt++)
        {
            await Task.Delay(pause * attempt, TimeProvider.System, cancellation);
            answer = await SendAsync(service, target, body, cancellation);
        }

        return answer;
    }

    private async Task<RestAnswer> SendAsync(RestService service, string target, string? body, CancellationToken cancellation)
    {
        try
        {
            using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, new Uri(BaseOf(service), target));
            request.Headers.Accept.ParseAdd("*/*");
            if (body is not null)
            {
                request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
                request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            }

            using var answer = await client.SendAsync(request, cancellation);
            var text = await answer.Content.ReadAsStringAsync(cancellation);
            var page = answer.Headers.TryGetValues("opc-next-page", out var pages) ? pages.FirstOrDefault() : null;
            return RestAnswer.From(answer.StatusCode, text, page);
        }
        catch (Exception e) when (!cancellation.IsCancellationRequested)
        {
            // The SDK's handler throws exceptions of many types while it signs, and none of them may end the other questions.
            return RestAnswer.None($"no answer from {service.Name}: {e.GetBaseException().Message.ReplaceLineEndings(" ")}");
        }
    }

    private Uri BaseOf(RestService service) => endpoint ?? new Uri("https://" + service.Host
        .Replace("{region}", region.RegionId, StringComparison.Ordinal)
        .Replace("{domain}", region.Realm.SecondLevelDomain, StringComparison.Ordinal));
}
