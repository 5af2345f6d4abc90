using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace ModelServing.Cli.Images;

/// <summary>Looks up images in a container registry (OCI Distribution) and adds tags to them. The .NET SDK does the pushing.</summary>
/// <remarks>The SDK alone is not enough: it writes the time into each image, so building an unchanged program again gives an image with
/// another digest. An unchanged program must keep its digest, or every push would restart its pods. So this client looks for an image with
/// the same content before anything is pushed.</remarks>
internal sealed partial class ContainerRegistryClient : IDisposable
{
    private const int MaxResponse = 4 * 1024 * 1024;

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
    private readonly HttpClient http = new() { Timeout = TimeSpan.FromSeconds(60), MaxResponseContentBufferSize = MaxResponse };
    private AuthenticationHeaderValue? authorization;
    private string scheme = Uri.UriSchemeHttps;

    /// <param name="host">The registry, as images name it.</param>
    /// <param name="login">The login; null for none.</param>
    /// <param name="isInsecure">Whether a registry without TLS is allowed.</param>
    internal ContainerRegistryClient(string host, ContainerRegistryLogin? login, bool isInsecure)
    {
        this.host = host;
        this.login = login;
        this.isInsecure = isInsecure;
    }

    public void Dispose() => http.Dispose();

    /// <summary>Checks that the registry is reachable and accepts the login.</summary>
    /// <exception cref="CommandException">It is unreachable, or refuses the login.</exception>
    internal async Task CheckAsync(CancellationToken cancellation)
    {
        using var answer = await GetAsync("", cancellation);
        if (!answer.IsSuccessStatusCode)
            throw Unexpected("v2/", answer);
    }

    /// <summary>Finds an image's digest, computed from the bytes of its manifest; null if there is no such image.</summary>
    /// <param name="repository">The repository.</param>
    /// <param name="reference">A tag or a digest.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task<string?> FindAsync(string repository, string reference, CancellationToken cancellation)
    {
        var path = $"{repository}/manifests/{reference}";
        using var answer = await GetAsync(path, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!answer.IsSuccessStatusCode)
            throw Unexpected(path, answer);
        return "sha256:" + Convert.ToHexStringLower(SHA256.HashData(await answer.Content.ReadAsByteArrayAsync(cancellation)));
    }

    /// <summary>Adds a tag to the image of <paramref name="digest"/>, unless it has it already.</summary>
    /// <exception cref="CommandException">There is no such image, another image has the tag, or the registry is unreachable or
    /// refuses.</exception>
    internal async Task TagAsync(string repository, string digest, string tag, CancellationToken cancellation)
    {
        if (await FindAsync(repository, tag, cancellation) is { } tagged)
        {
            if (tagged != digest)
                throw new CommandException(ExitCode.Failed, $"in the registry {host}, {repository}:{tag} is another image than {digest}");
            return;
        }

        using var manifest = await GetAsync($"{repository}/manifests/{digest}", cancellation);
        if (!manifest.IsSuccessStatusCode)
            throw Unexpected($"{repository}/manifests/{digest}", manifest);
        var (bytes, type) = (await manifest.Content.ReadAsByteArrayAsync(cancellation), manifest.Content.Headers.ContentType);
        var path = $"{repository}/manifests/{tag}";
        using var answer = await RequestAsync(
            HttpMethod.Put,
            path,
            () => new ByteArrayContent(bytes) { Headers = { ContentType = type } },
            cancellation);
        if (!answer.IsSuccessStatusCode)
            throw Unexpected(path, answer);
    }

    private Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellation) =>
        RequestAsync(HttpMethod.Get, path, null, cancellation);

    private async Task<HttpResponseMessage> RequestAsync(
        HttpMethod method,
        string path,
        Func<HttpContent>? content,
        CancellationToken cancellation)
    {
        var answer = await SendAsync(method, path, content, cancellation);
        if (answer.StatusCode != HttpStatusCode.Unauthorized)
            return answer.StatusCode == HttpStatusCode.Forbidden ? throw Denied() : answer;
        using (answer)
            authorization = await AuthorizeAsync(answer.Headers.WwwAuthenticate, cancellation);
        answer = await SendAsync(method, path, content, cancellation);
        return answer.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? throw Denied() : answer;
    }

    private async Task<HttpResponseMessage> SendAsync(
        HttpMethod method,
        string path,
        Func<HttpContent>? content,
        CancellationToken cancellation)
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
            var server = host == "docker.io" ? "registry-1.docker.io" : host;
            var request = new HttpRequestMessage(method, $"{scheme}://{server}/v2/{path}") { Content = content?.Invoke() };
            request.Headers.Authorization = authorization;
            foreach (var type in Manifests)
                request.Headers.Accept.ParseAdd(type);
            return SendAsync(request, cancellation);
        }
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await http.SendAsync(request, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new CommandException(ExitCode.Failed, $"the registry {host} is unreachable: {e.Message}");
        }
        catch (TaskCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new CommandException(ExitCode.Failed, $"the registry {host} did not answer within {http.Timeout.TotalSeconds:0} s");
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
        using var answer = await SendAsync(request, cancellation);
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

    private CommandException Unexpected(string path, HttpResponseMessage answer) =>
        new(ExitCode.Failed, $"the registry {host} answered {(int)answer.StatusCode} to {path}");

    [GeneratedRegex("([A-Za-z]+)=\"([^\"]*)\"")]
    private static partial Regex Parameter();
}
