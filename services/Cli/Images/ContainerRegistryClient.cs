using System.Net;
using System.Net.Http.Headers;

namespace ModelServing.Cli.Images;

/// <summary>Looks up images in a container registry, adds tags to them, and copies their parts. The .NET SDK does the pushing.</summary>
/// <remarks>The SDK alone is not enough: it writes the time into each image, so building an unchanged program again gives an image with
/// another digest. An unchanged program must keep its digest, or every push would restart its pods. So this client looks for an image with
/// the same content before anything is pushed.</remarks>
internal sealed class ContainerRegistryClient : IDisposable
{
    private readonly ContainerRegistryConnection connection;

    /// <param name="host">The registry, as images name it.</param>
    /// <param name="login">The login; null for none.</param>
    /// <param name="isInsecure">Whether a registry without TLS is allowed.</param>
    internal ContainerRegistryClient(string host, ContainerRegistryLogin? login, bool isInsecure) =>
        connection = new ContainerRegistryConnection(host, login, isInsecure);

    /// <summary>The registry, as images name it.</summary>
    internal string Host => connection.Host;

    public void Dispose() => connection.Dispose();

    /// <summary>Checks that the registry is reachable and accepts the login.</summary>
    /// <exception cref="CommandException">It is unreachable, or refuses the login.</exception>
    internal async Task CheckAsync(CancellationToken cancellation)
    {
        using var answer = await SendAsync(HttpMethod.Get, "", null, cancellation);
        if (!answer.IsSuccessStatusCode)
            throw connection.Unexpected("v2/", answer);
    }

    /// <summary>Finds an image's digest, computed from the bytes of its manifest; null if there is no such image.</summary>
    /// <param name="reference">A tag or a digest.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task<string?> FindAsync(string repository, string reference, CancellationToken cancellation) =>
        (await ReadAsync(repository, reference, cancellation))?.Digest;

    /// <summary>Reads an image's manifest; null if there is no such image.</summary>
    /// <param name="reference">A tag or a digest.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task<ImageManifest?> ReadAsync(string repository, string reference, CancellationToken cancellation)
    {
        var path = ManifestOf(repository, reference);
        using var answer = await SendAsync(HttpMethod.Get, path, null, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return null;
        if (!answer.IsSuccessStatusCode)
            throw connection.Unexpected(path, answer);
        return new ImageManifest(await answer.Content.ReadAsByteArrayAsync(cancellation), answer.Content.Headers.ContentType?.ToString());
    }

    /// <summary>Adds a tag to the image of <paramref name="digest"/>, unless it has it already.</summary>
    /// <exception cref="CommandException">There is no such image, another image has the tag, or the registry is unreachable or
    /// refuses.</exception>
    internal async Task TagAsync(string repository, string digest, string tag, CancellationToken cancellation)
    {
        if (await FindAsync(repository, tag, cancellation) is { } tagged)
        {
            if (tagged != digest)
                throw new CommandException(ExitCode.Failed, $"in the registry {Host}, {repository}:{tag} is another image than {digest}");
            return;
        }

        var manifest = await ReadAsync(repository, digest, cancellation)
            ?? throw new CommandException(ExitCode.Failed, $"the registry {Host} answered 404 to {ManifestOf(repository, digest)}");
        await WriteAsync(repository, tag, manifest, cancellation);
    }

    /// <summary>Stores a manifest, whose parts the repository must have.</summary>
    /// <param name="reference">A tag, or the manifest's own digest.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task WriteAsync(string repository, string reference, ImageManifest manifest, CancellationToken cancellation)
    {
        var path = ManifestOf(repository, reference);
        var type = manifest.ContentType is { } text ? MediaTypeHeaderValue.Parse(text) : null;
        using var answer = await SendAsync(
            HttpMethod.Put,
            path,
            () => new ByteArrayContent(manifest.Content) { Headers = { ContentType = type } },
            cancellation);
        if (!answer.IsSuccessStatusCode)
            throw connection.Unexpected(path, answer);
    }

    /// <summary>Whether a repository has a part of an image.</summary>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task<bool> HasAsync(string repository, string digest, CancellationToken cancellation)
    {
        var path = PartOf(repository, digest);
        using var answer = await SendAsync(HttpMethod.Head, path, null, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotFound)
            return false;
        return answer.IsSuccessStatusCode ? true : throw connection.Unexpected(path, answer);
    }

    /// <summary>Makes a part of an image of another repository of this registry a part of this one, without moving its bytes.</summary>
    /// <returns>Whether the registry did so. Not every registry can, or gives one login the rights of two repositories at once.</returns>
    internal async Task<bool> MountAsync(string repository, string digest, string from, CancellationToken cancellation)
    {
        var path = $"{repository}/blobs/uploads/?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}";
        try
        {
            using var answer = await connection.TrySendAsync(HttpMethod.Post, path, null, isTransfer: false, cancellation);
            return answer.StatusCode == HttpStatusCode.Created;
        }
        catch (CommandException)
        {
            // It may only refuse a token for two repositories. A registry that is unavailable refuses the copy too, with a message.
            return false;
        }
    }

    /// <summary>Opens a part of an image.</summary>
    /// <returns>The answer, whose content is the part.</returns>
    /// <exception cref="CommandException">The registry lacks it, is unreachable or refuses.</exception>
    internal async Task<HttpResponseMessage> OpenAsync(string repository, string digest, CancellationToken cancellation)
    {
        var path = PartOf(repository, digest);
        var answer = await connection.SendAsync(HttpMethod.Get, path, null, isTransfer: true, cancellation);
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw connection.Unexpected(path, answer);
    }

    /// <summary>Stores a part of an image.</summary>
    /// <param name="digest">The part's digest, which the registry checks.</param>
    /// <param name="file">A file with the part.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The registry is unreachable or refuses.</exception>
    internal async Task UploadAsync(string repository, string digest, string file, CancellationToken cancellation)
    {
        var path = $"{repository}/blobs/uploads/";
        using var begun = await SendAsync(HttpMethod.Post, path, null, cancellation);
        if (begun.StatusCode != HttpStatusCode.Accepted || begun.Headers.Location is not { } location)
            throw connection.Unexpected(path, begun);
        // Relative to the request, or an address.
        var address = new Uri(begun.RequestMessage!.RequestUri!, location);
        var query = $"{address.Query.TrimStart('?')}&digest={Uri.EscapeDataString(digest)}".TrimStart('&');
        using var done = await connection.SendAsync(
            HttpMethod.Put,
            new UriBuilder(address) { Query = query }.Uri.ToString(),
            () => new StreamContent(File.OpenRead(file)) { Headers = { ContentType = new("application/octet-stream") } },
            isTransfer: true,
            cancellation);
        if (!done.IsSuccessStatusCode)
            throw connection.Unexpected(PartOf(repository, digest), done);
    }

    private Task<HttpResponseMessage> SendAsync(
        HttpMethod method, string path, Func<HttpContent>? content, CancellationToken cancellation) =>
        connection.SendAsync(method, path, content, isTransfer: false, cancellation);

    private static string ManifestOf(string repository, string reference) => $"{repository}/manifests/{reference}";

    private static string PartOf(string repository, string digest) => $"{repository}/blobs/{digest}";
}
