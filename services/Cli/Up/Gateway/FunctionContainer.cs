using System.Globalization;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;
using ModelServing.Contracts.Functions;

namespace ModelServing.Cli.Up.Gateway;

/// <summary>One container of a function: a process that is called over its socket, one call at a time, and is frozen in between.</summary>
internal sealed class FunctionContainer : IDisposable
{
    private const int Continue = 18;
    private const int Stop = 19;

    // As the platform: a container that does not listen by then has failed.
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LookPeriod = TimeSpan.FromMilliseconds(5);

    private readonly HostProcess process;
    private readonly string folder;
    private readonly HttpClient client;
    private bool isFrozen;

    private FunctionContainer(HostProcess process, string folder, string socket)
    {
        this.process = process;
        this.folder = folder;
        client = new HttpClient(new SocketsHttpHandler
        {
            MaxConnectionsPerServer = 1,
            UseProxy = false,
            UseCookies = false,
            ActivityHeadersPropagator = null,
            RequestHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ResponseHeaderEncodingSelector = static (_, _) => Encoding.Latin1,
            ConnectCallback = (_, cancellation) => ConnectAsync(socket, cancellation),
        })
        { Timeout = Timeout.InfiniteTimeSpan };
    }

    internal int ProcessId => process.Id;

    internal bool IsAlive => !process.Exited.IsCompleted;

    /// <summary>When its last call ended, as the clock's timestamp.</summary>
    internal long IdleSince { get; set; }

    /// <summary>Starts a container and waits until it can be called.</summary>
    /// <param name="runFolder">The folder for its socket, unless a socket's path there is too long.</param>
    /// <param name="start">Starts its process, which listens at a path.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="HostFailedException">It did not start.</exception>
    internal static async Task<FunctionContainer> StartAsync(string runFolder, Func<string, HostProcess> start, TimeProvider time)
    {
        var folder = Path.Combine(runFolder, Path.GetRandomFileName());
        var socket = Path.Combine(folder, "fn.sock");
        if (Encoding.UTF8.GetByteCount(socket) > FnListener.MaxPathBytes)
        {
            folder = Directory.CreateTempSubdirectory("fn-").FullName;
            socket = Path.Combine(folder, "fn.sock");
        }

        Directory.CreateDirectory(folder);
        var container = new FunctionContainer(start(socket), folder, socket);
        var began = time.GetTimestamp();
        while (!File.Exists(socket))
        {
            if (!container.IsAlive || time.GetElapsedTime(began) > LongestStart)
            {
                container.Dispose();
                throw new HostFailedException("a container of TrafficSplitter did not start");
            }

            await Task.Delay(LookPeriod, time);
        }

        return container;
    }

    /// <summary>Makes a call.</summary>
    /// <exception cref="HttpRequestException">The process ended: before the call, if the error is
    /// <see cref="HttpRequestError.ConnectionError"/>, or else during it.</exception>
    internal async Task<FnGatewayAnswer> CallAsync(FnGatewayCall call, CancellationToken cancellation)
    {
        Thaw();
        using var request = new HttpRequestMessage(HttpMethod.Post, "http://localhost/call");
        request.Content = new ByteArrayContent(call.Body);
        if (call.ContentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", call.ContentType);
        foreach (var (name, value) in call.Headers)
            request.Headers.TryAddWithoutValidation(name, value);
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseContentRead, cancellation);
        var headers = answer.Headers.NonValidated.Concat(answer.Content.Headers.NonValidated)
            .ToDictionary(static header => header.Key, static header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase);
        if ((int)answer.StatusCode is 502 or 504)
            return FnGatewayAnswer.Bare((int)answer.StatusCode);
        if ((int)answer.StatusCode != 200)
        {
            process.Kill();
            return FnGatewayAnswer.Bare(502);
        }

        const string Prefix = "Fn-Http-H-";
        var own = headers.Where(static header => header.Key.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static header => header.Key[Prefix.Length..], static header => header.Value, StringComparer.OrdinalIgnoreCase);
        if (headers.TryGetValue("Content-Type", out var type))
            own["Content-Type"] = type;
        var status = int.Parse(headers.GetValueOrDefault("Fn-Http-Status", "200"), CultureInfo.InvariantCulture);
        return new FnGatewayAnswer(status, own, await answer.Content.ReadAsByteArrayAsync(cancellation));
    }

    /// <summary>Freezes the process: nothing of it runs until the next call. It may be frozen already.</summary>
    internal void Freeze()
    {
        if (!IsAlive)
            return;
        isFrozen = true;
        _ = Signal(process.Id, Stop);
    }

    public void Dispose()
    {
        client.Dispose();
        if (IsAlive)
            process.Kill();
        try
        {
            Directory.Delete(folder, recursive: true);
        }
        catch (IOException)
        {
            // The process may just have created a file; the folder is in the temporary folder.
        }
    }

    private void Thaw()
    {
        if (!isFrozen)
            return;
        isFrozen = false;
        _ = Signal(process.Id, Continue);
    }

    private static async ValueTask<Stream> ConnectAsync(string path, CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    [DllImport("libc", EntryPoint = "kill")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Signal(int process, int signal);
}
