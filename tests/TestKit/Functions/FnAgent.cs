using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Sockets;

namespace ModelServing.TestKit.Functions;

/// <summary>
/// The platform's side of the Fn contract, modelled on fnproject/fn's agent. It waits for the socket's name to appear, calls over one
/// persistent connection, drops an idle connection, and kills the container after any status except 200, 502 and 504.
/// </summary>
/// <remarks>Create the agent before the function starts, because it watches the folder from then on.</remarks>
public sealed class FnAgent : IDisposable
{
    private const UnixFileMode AllUsers =
        UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly TaskCompletionSource appeared = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly FileSystemWatcher watcher;
    private readonly Action? kill;
    private HttpClient client;
    private int connections;

    /// <summary>Creates an agent that waits for a socket.</summary>
    /// <param name="path">The socket's path. Its folder must exist.</param>
    /// <param name="kill">Ends the container.</param>
    public FnAgent(string path, Action? kill = null)
    {
        Path = path;
        this.kill = kill;
        client = Connect();
        watcher = new FileSystemWatcher(System.IO.Path.GetDirectoryName(path)!, System.IO.Path.GetFileName(path));
        watcher.Created += (_, _) => appeared.TrySetResult();
        watcher.EnableRaisingEvents = true;
    }

    /// <summary>The socket's path.</summary>
    public string Path { get; }

    /// <summary>How often the agent has connected.</summary>
    public int Connections => Volatile.Read(ref connections);

    /// <summary>Whether the agent killed the container because of an answer.</summary>
    public bool HasKilled { get; private set; }

    /// <summary>The container's environment variables.</summary>
    public IReadOnlyDictionary<string, string> Variables => new Dictionary<string, string>
    {
        ["FN_LISTENER"] = "unix:" + Path,
        ["FN_FORMAT"] = "http-stream",
        ["FN_LOGFRAME_NAME"] = "fn_call",
        ["FN_LOGFRAME_HDR"] = "Fn-Call-Id",
        ["FN_TYPE"] = "sync",
        ["FN_MEMORY"] = "512",
    };

    /// <summary>Waits until the socket appears, and checks it as the platform does.</summary>
    /// <exception cref="InvalidDataException">The platform would fail to initialise the container.</exception>
    public async Task ListeningAsync(CancellationToken cancellation)
    {
        await appeared.Task.WaitAsync(cancellation);
        var target = new FileInfo(Path).LinkTarget ?? throw new InvalidDataException($"{Path} is not a link");
        if (System.IO.Path.GetFileName(target) != target)
            throw new InvalidDataException($"{Path} leads to '{target}', which is not a bare name");
        var socket = System.IO.Path.Combine(System.IO.Path.GetDirectoryName(Path)!, target);
        if (!OperatingSystem.IsWindows() && (File.GetUnixFileMode(socket) & AllUsers) != AllUsers)
            throw new InvalidDataException($"{socket} is {File.GetUnixFileMode(socket)}: the platform's user can't write to it");
    }

    public async Task<FnAnswer> CallAsync(FnCall call, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/call");
        request.Content = new ReadOnlyMemoryContent(call.Body);
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(call.ContentType);
        request.Headers.Add("Fn-Call-Id", call.CallId);
        request.Headers.Add("Fn-Deadline", call.Deadline.ToString("yyyy-MM-dd'T'HH:mm:ss.fffffff'00Z'", CultureInfo.InvariantCulture));
        request.Headers.Add("Fn-Invoke-Type", "sync");
        if (call.Intent is not null)
            request.Headers.Add("Fn-Intent", call.Intent);
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        var status = (int)answer.StatusCode;
        if (status is not (200 or 502 or 504))
        {
            HasKilled = true;
            kill?.Invoke();
        }

        return new FnAnswer(
            status,
            answer.Headers.Concat(answer.Content.Headers).ToDictionary(
                static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase),
            await answer.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>Closes an idle connection. The next call opens a new one.</summary>
    public void DropIdle()
    {
        client.Dispose();
        client = Connect();
    }

    public void Dispose()
    {
        client.Dispose();
        watcher.Dispose();
    }

    private HttpClient Connect() => new(new SocketsHttpHandler
    {
        MaxConnectionsPerServer = 1,
        UseProxy = false,
        UseCookies = false,
        ActivityHeadersPropagator = null,
        ConnectCallback = async (_, cancellation) =>
        {
            Interlocked.Increment(ref connections);
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        },
    })
    { Timeout = Timeout.InfiniteTimeSpan };
}
