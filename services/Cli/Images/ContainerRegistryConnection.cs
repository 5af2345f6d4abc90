using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>Sends requests to a container registry (OCI Distribution): finds out whether it has TLS, logs in, and puts failures into
/// words.</summary>
internal sealed partial class ContainerRegistryConnection : IDisposable
{
    private const int MaxResponse = 4 * 1024 * 1024;

    /// <summary>How long the transfer of one layer may take: 10 GiB at 6 MB/s.</summary>
    internal static readonly TimeSpan TransferLimit = TimeSpan.FromMinutes(30);

    private static readonly TimeSpan AnswerLimit = TimeSpan.FromSeconds(60);

    private static readonly string[] Manifests =
    [
        "application/vnd.oci.image.index.v1+json",
        "application/vnd.oci.image.manifest.v1+json",
        "application/vnd.docker.distribution.manifest.list.v2+json",
        "application/vnd.docker.distribution.manifest.v2+json",
    ];

    private readonly string host;
    private readonly ContainerRegistryLogin? login;
    private readonly bool isInsecure;
    private readonly HttpClient http = new() { Timeout = Timeout.InfiniteTimeSpan, MaxResponseContentBufferSize = MaxResponse };
    private AuthenticationHeaderValue? authorization;
    private string scheme = Uri.UriSchemeHttps;

    /// <param name="host">The registry, as images name it.</param>
    /// <param name="login">The login; null for none.</param>
    /// <param name="isInsecure">Whether a registry without TLS is allowed.</param>
    internal ContainerRegistryConnection(string host, ContainerRegistryLogin? login, bool isInsecure)
    {
        this.host = host;
        this.login = login;
        this.isInsecure = isInsecure;
    }

    /// <summary>The registry, as images name it.</summary>
    internal string Host => host;

    public void Dispose() => http.Dispose();

    /// <summary>Sends a request and logs in if the registry wants it.</summary>
    /// <param name="path">The path below <c>/v2/</c>, or a whole address that the registry named.</param>
    /// <param name="content">Makes the content, once for each attempt; null for none.</param>
    /// <param name="isTransfer">Whether a layer is sent or received. It gets more time, and an answer's content is not read.</param>
    /// <param name="cancellation">Cancels the request.</param>
    /// <exception cref="CommandException">The registry is unreachable, too slow, or refuses the login.</exception>
    internal async Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Func<HttpContent>? content, bool isTransfer, CancellationToken cancellation)
    {
        var answer = await TrySendAsync(method, path, content, isTransfer, cancellation);
        if (answer.StatusCode is not (HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden))
            return answer;
        answer.Dispose();
        throw Denied();
    }

    /// <summary>As <see cref="SendAsync(HttpMethod, string, Func{HttpContent}?, bool, CancellationToken)"/>, but returns an answer that
    /// refuses the login for this request.</summary>
    internal async Task<HttpResponseMessage> TrySendAsync(
        HttpMethod method, string path, Func<HttpContent>? content, bool isTransfer, CancellationToken cancellation)
    {
        var answer = await SendOnceAsync(method, path, content, isTransfer, cancellation);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
            return answer;
        using (answer)
            authorization = await AuthorizeAsync(answer.Headers.WwwAuthenticate, cancellation);
        return await SendOnceAsync(method, path, content, isTransfer, cancellation);
    }

    internal CommandException Unexpected(string path, HttpResponseMessage answer) =>
        new(ExitCode.Failed, $"the registry {host} answered {(int)answer.StatusCode} to {path}");

    private async Task<HttpResponseMessage> SendOnceAsync(
        HttpMethod method, string path, Func<HttpContent>? content, bool isTransfer, CancellationToken cancellation)
    {
        try
        {
            return await AttemptAsync();
        }
        catch (CommandException) when (isInsecure && scheme == Uri.UriSchemeHttps)
        {
            // The registry has no TLS. The SDK tries the same.
            scheme = Uri.UriSchemeHttp;
            return await AttemptAsync();
        }

        Task<HttpResponseMessage> AttemptAsync()
        {
            var origin = new Uri($"{scheme}://{(host == "docker.io" ? "registry-1.docker.io" : host)}/v2/");
            var address = new Uri(origin, path);
            if (address.Scheme != scheme)
                throw new CommandException(ExitCode.Failed, $"the registry {host} names an address without TLS: {address.Host}");
            var request = new HttpRequestMessage(method, address) { Content = content?.Invoke() };
            // An upload may go to another host, which must not learn the login.
            if (address.Authority == origin.Authority)
                request.Headers.Authorization = authorization;
            foreach (var type in Manifests)
                request.Headers.Accept.ParseAdd(type);
            return SendAsync(request, isTransfer, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, bool isTransfer, CancellationToken cancellation)
    {
        var limit = isTransfer ? TransferLimit : AnswerLimit;
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        timeout.CancelAfter(limit);
        try
        {
            return await http.SendAsync(
                request,
                isTransfer ? HttpCompletionOption.ResponseHeadersRead : HttpCompletionOption.ResponseContentRead,
                timeout.Token);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(ExitCode.Failed, $"the registry {host} is unreachable: {e.Message}");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Failed, $"the registry {host} did not answer within {limit.TotalSeconds:0} s");
        }
        finally
        {
            request.Dispose();
        }
    }

    private async Task<AuthenticationHeaderValue> AuthorizeAsync(
        IEnumerable<AuthenticationHeaderValue> challenges,
        CancellationToken cancellation)
    {
        foreach (var challenge in challenges)
        {
            if (challenge.Scheme.Equals("Basic", StringComparison.OrdinalIgnoreCase))
                return login is null ? throw Denied() : Basic(login);
            if (challenge.Scheme.Equals("Bearer", StringComparison.OrdinalIgnoreCase))
                return new AuthenticationHeaderValue("Bearer", await TokenAsync(challenge.Parameter ?? "", cancellation));
        }

        throw new CommandException(ExitCode.Failed, $"the registry {host} wants a login of an unknown kind");
    }

    // The registry demands a token from another server, for this user, registry and repository.
    private async Task<string> TokenAsync(string challenge, CancellationToken cancellation)
    {
        var parameters = Parameter().Matches(challenge)
            .ToDictionary(static match => match.Groups[1].Value, static match => match.Groups[2].Value, StringComparer.OrdinalIgnoreCase);
        if (!parameters.Remove("realm", out var realm)
            || !Uri.TryCreate(realm, UriKind.Absolute, out var server)
            || (server.Scheme != Uri.UriSchemeHttps && !isInsecure))
            throw new CommandException(ExitCode.Failed, $"the registry {host} does not name an https server for tokens");
        var fields = parameters.Where(static pair => pair.Key is "service" or "scope").ToDictionary();
        using var request = login is { IsIdentityToken: true } ? Exchange(server, fields, login) : Query(server, fields);
        using var answer = await SendAsync(request, isTransfer: false, cancellation);
        if (answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.BadRequest)
            throw Denied();
        if (!answer.IsSuccessStatusCode)
            throw Unexpected(server.ToString(), answer);
        try
        {
            using var content = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync(cancellation));
            var root = content.RootElement;
            return (root.TryGetProperty("token", out var token) || root.TryGetProperty("access_token", out token)
                ? token.GetString()
                : null)
                ?? throw new JsonException();
        }
        catch (JsonException)
        {
            throw new CommandException(ExitCode.Failed, $"the answer of {server.Host} has no token for the registry {host}");
        }
    }

    private HttpRequestMessage Query(Uri server, Dictionary<string, string> fields)
    {
        var query = string.Join('&', fields.Select(static pair => $"{pair.Key}={Uri.EscapeDataString(pair.Value)}"));
        var request = new HttpRequestMessage(HttpMethod.Get, new UriBuilder(server) { Query = query }.Uri);
        if (login is not null)
            request.Headers.Authorization = Basic(login);
        return request;
    }

    private static HttpRequestMessage Exchange(Uri server, Dictionary<string, string> fields, ContainerRegistryLogin login) =>
        new(HttpMethod.Post, server)
        {
            Content = new FormUrlEncodedContent(new Dictionary<string, string>(fields)
            {
                ["grant_type"] = "refresh_token",
                ["client_id"] = "ms",
                ["refresh_token"] = login.Secret,
            }),
        };

    private static AuthenticationHeaderValue Basic(ContainerRegistryLogin login) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{login.User}:{login.Secret}")));

    private CommandException Denied() => new(ExitCode.Failed, login is null
        ? $"the registry {host} wants a login, and none was found; run: docker login {host}"
        : $"the registry {host} refuses the login of {login}; run: docker login {host}");

    [GeneratedRegex("([A-Za-z]+)=\"([^\"]*)\"")]
    private static partial Regex Parameter();
}
