using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace ModelServing.TestKit;

/// <summary>Debian's docker-registry on a free port of this machine, with its data in its own folder.</summary>
public sealed class LoopbackRegistry : IAsyncDisposable
{
    public const string User = "space/some-user";
    public const string Password = "correct horse";

    /// <summary>The reason for a skipped test, with the command that installs the program.</summary>
    public const string Missing =
        "docker-registry is not installed: sudo apt-get install -y --no-install-recommends docker-registry "
        + "(this also starts a service; stop it with sudo systemctl disable --now docker-registry)";

    private const string OciManifest = "application/vnd.oci.image.manifest.v1+json";
    private const string OciIndex = "application/vnd.oci.image.index.v1+json";
    private const string DockerManifest = "application/vnd.docker.distribution.manifest.v2+json";
    private const string Listening = "listening on 127.0.0.1:";

    // The password in bcrypt, the only form that the registry accepts.
    private const string PasswordFile = User + ":$2y$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n";

    private static readonly TimeSpan StartTimeout = TimeSpan.FromMinutes(2);

    private readonly TemporaryFolder folder = new();
    private readonly HttpClient http = new();
    private Process? process;
    private Task drained = Task.CompletedTask;

    private LoopbackRegistry()
    {
    }

    public static bool IsInstalled => Program is not null;

    /// <summary>The host in the names of images. The .NET SDK accepts a registry without TLS under this name.</summary>
    public string Host { get; private set; } = "";

    private static string? Program { get; } = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
        .Select(static folder => Path.Combine(folder, "docker-registry"))
        .FirstOrDefault(File.Exists);

    /// <summary>Starts a registry and waits until it answers.</summary>
    /// <param name="withLogin">Whether it accepts only <see cref="User"/> with <see cref="Password"/>.</param>
    public static async Task<LoopbackRegistry> StartAsync(bool withLogin = false)
    {
        var registry = new LoopbackRegistry();
        try
        {
            await registry.RunAsync(withLogin);
            return registry;
        }
        catch
        {
            await registry.DisposeAsync();
            throw;
        }
    }

    /// <summary>Pushes an image for x64 and arm64 that starts as root and contains no .NET, but is otherwise like a base image.</summary>
    /// <returns>The image's name, <c>HOST/REPOSITORY:TAG</c>.</returns>
    public async Task<string> PushBaseAsync(string content = "one", CancellationToken cancellation = default)
    {
        await PushIndexAsync("dotnet/aspnet", "10.0", content, cancellation);
        return $"{Host}/dotnet/aspnet:10.0";
    }

    /// <summary>Pushes an image for x64 and arm64.</summary>
    /// <returns>The digest of its index.</returns>
    public async Task<string> PushIndexAsync(string repository, string tag, string content, CancellationToken cancellation = default)
    {
        var manifests = new JsonArray();
        foreach (var architecture in (string[])["amd64", "arm64"])
        {
            var manifest = await ManifestAsync(repository, architecture, content, cancellation);
            await PutAsync($"{repository}/manifests/{Digest(manifest)}", manifest, OciManifest, cancellation);
            var entry = Descriptor(manifest, OciManifest);
            entry["platform"] = new JsonObject { ["architecture"] = architecture, ["os"] = "linux" };
            manifests.Add(entry);
        }

        var index = Encoding.UTF8.GetBytes(
            new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = OciIndex, ["manifests"] = manifests }.ToJsonString());
        await PutAsync($"{repository}/manifests/{tag}", index, OciIndex, cancellation);
        return Digest(index);
    }

    /// <summary>Pushes an image for x64.</summary>
    /// <returns>Its digest.</returns>
    public async Task<string> PushImageAsync(string repository, string content, CancellationToken cancellation = default)
    {
        var manifest = await ManifestAsync(repository, "amd64", content, cancellation);
        await PutAsync($"{repository}/manifests/{Digest(manifest)}", manifest, OciManifest, cancellation);
        return Digest(manifest);
    }

    /// <summary>Returns the image with a tag or digest, or null if the repository does not have it.</summary>
    public async Task<RegistryImage?> FindAsync(string repository, string reference, CancellationToken cancellation = default)
    {
        var content = await GetAsync($"{repository}/manifests/{reference}", cancellation);
        if (content is null)
            return null;
        var manifest = JsonNode.Parse(content)!;
        var files = new List<string>();
        foreach (var layer in manifest["layers"]!.AsArray())
            files.AddRange(await FilesAsync((await GetAsync($"{repository}/blobs/{layer!["digest"]}", cancellation))!, cancellation));
        var config = await GetAsync($"{repository}/blobs/{manifest["config"]!["digest"]}", cancellation);
        return new RegistryImage(Digest(content), JsonNode.Parse(config!)!, files) { MediaType = (string?)manifest["mediaType"] };
    }

    /// <summary>Lists the repositories that contain something.</summary>
    public async Task<IReadOnlyList<string>> RepositoriesAsync(CancellationToken cancellation = default) =>
        Strings((await GetAsync("_catalog", cancellation))!, "repositories");

    /// <summary>Lists the tags of a repository, in order.</summary>
    public async Task<IReadOnlyList<string>> TagsAsync(string repository, CancellationToken cancellation = default) =>
        await GetAsync($"{repository}/tags/list", cancellation) is { } list ? [.. Strings(list, "tags").Order(StringComparer.Ordinal)] : [];

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        if (process is not null)
        {
            process.Kill();
            await process.WaitForExitAsync();
            await drained;
            process.Dispose();
        }

        folder.Dispose();
    }

    private async Task RunAsync(bool withLogin)
    {
        var configuration = folder.Combine("config.yml");
        var passwords = folder.Combine("passwords");
        await File.WriteAllTextAsync(passwords, PasswordFile);
        await File.WriteAllTextAsync(configuration, $$"""
            version: 0.1
            log: { level: info, accesslog: { disabled: true } }
            storage: { filesystem: { rootdirectory: '{{folder.Combine("data")}}' } }
            http: { addr: '127.0.0.1:0', secret: of-a-test }
            {{(withLogin ? $"auth: {{ htpasswd: {{ realm: test, path: '{passwords}' }} }}" : "")}}
            """);
        var program = Program ?? throw new InvalidOperationException(Missing);
        process = Process.Start(new ProcessStartInfo(program, ["serve", configuration])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var output = new StringBuilder();
        using var timeout = new CancellationTokenSource(StartTimeout);
        while (await process.StandardError.ReadLineAsync(timeout.Token) is { } line)
        {
            output.AppendLine(line);
            var port = line.IndexOf(Listening, StringComparison.Ordinal);
            if (port < 0)
                continue;
            Host = $"localhost:{new string([.. line[(port + Listening.Length)..].TakeWhile(char.IsAsciiDigit)])}";
            http.BaseAddress = new Uri($"http://{Host}/v2/");
            var credentials = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{User}:{Password}"));
            http.DefaultRequestHeaders.Authorization = withLogin ? new AuthenticationHeaderValue("Basic", credentials) : null;
            foreach (var type in (string[])[OciManifest, OciIndex, DockerManifest])
                http.DefaultRequestHeaders.Accept.ParseAdd(type);
            // The registry would block on a full pipe.
            drained = Task.WhenAll(process.StandardError.ReadToEndAsync(), process.StandardOutput.ReadToEndAsync());
            return;
        }

        throw new InvalidOperationException($"docker-registry did not start:\n{output}");
    }

    // Uploads the parts of an image.
    private async Task<byte[]> ManifestAsync(string repository, string architecture, string content, CancellationToken cancellation)
    {
        var tar = Tar($"etc/{architecture}", content);
        var config = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architecture"] = architecture,
            ["os"] = "linux",
            ["config"] = new JsonObject
            {
                ["Env"] = new JsonArray("PATH=/usr/bin", "DOTNET_RUNNING_IN_CONTAINER=true"),
                ["User"] = "0",
            },
            ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray(Digest(tar)) },
            ["history"] = new JsonArray(new JsonObject { ["created_by"] = "a test" }),
        }.ToJsonString());
        return Encoding.UTF8.GetBytes(new JsonObject
        {
            ["schemaVersion"] = 2,
            ["mediaType"] = OciManifest,
            ["config"] = await UploadAsync(repository, config, "application/vnd.oci.image.config.v1+json", cancellation),
            ["layers"] = new JsonArray(
                await UploadAsync(repository, GZip(tar), "application/vnd.oci.image.layer.v1.tar+gzip", cancellation)),
        }.ToJsonString());
    }

    private async Task<JsonObject> UploadAsync(string repository, byte[] content, string type, CancellationToken cancellation)
    {
        using var begun = (await http.PostAsync($"{repository}/blobs/uploads/", null, cancellation)).EnsureSuccessStatusCode();
        var upload = new UriBuilder(begun.Headers.Location!);
        upload.Query = $"{upload.Query.TrimStart('?')}&digest={Uri.EscapeDataString(Digest(content))}";
        using var body = new ByteArrayContent(content);
        using var done = (await http.PutAsync(upload.Uri, body, cancellation)).EnsureSuccessStatusCode();
        return Descriptor(content, type);
    }

    private async Task PutAsync(string path, byte[] content, string type, CancellationToken cancellation)
    {
        using var body = new ByteArrayContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue(type);
        using var done = (await http.PutAsync(path, body, cancellation)).EnsureSuccessStatusCode();
    }

    private async Task<byte[]?> GetAsync(string path, CancellationToken cancellation)
    {
        using var answer = await http.GetAsync(path, cancellation);
        return answer.StatusCode == HttpStatusCode.NotFound
            ? null
            : await answer.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellation);
    }

    private static IReadOnlyList<string> Strings(byte[] json, string property) =>
        [.. JsonNode.Parse(json)![property]!.AsArray().Select(static item => (string)item!)];

    private static JsonObject Descriptor(byte[] content, string type) =>
        new() { ["mediaType"] = type, ["size"] = content.Length, ["digest"] = Digest(content) };

    private static string Digest(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));

    private static byte[] Tar(string name, string content)
    {
        var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, leaveOpen: true))
        {
            using var data = new MemoryStream(Encoding.UTF8.GetBytes(content));
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = data });
        }

        return stream.ToArray();
    }

    private static byte[] GZip(byte[] content)
    {
        var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return stream.ToArray();
    }

    private static async Task<List<string>> FilesAsync(byte[] layer, CancellationToken cancellation)
    {
        var files = new List<string>();
        await using var gzip = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress);
        await using var tar = new TarReader(gzip);
        while (await tar.GetNextEntryAsync(cancellationToken: cancellation) is { } entry)
        {
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile)
                files.Add(entry.Name);
        }

        return files;
    }
}
