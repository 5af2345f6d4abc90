using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Hosting.Functions;

/// <summary>
/// The socket on which OCI Functions calls. It is made ready under a name beside the one that the platform waits for, and only then gets that
/// one too: who sees the name appear can call at once.
/// </summary>
/// <remarks>
/// <code>
/// 1 clear    what an earlier process left behind under either name
/// 2 bind     the name beside it (Kestrel does)
/// 3 open     to everybody: the platform's side is another user
/// 4 link     the awaited name to it, in the same folder and by its bare name, as the platform demands
/// </code>
/// </remarks>
internal sealed class FnSocket(FnListener listener) : IHostedLifecycleService
{
    private const UnixFileMode Everybody =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // Not an infinite time: Kestrel adds it to its clock, which overflows, and at its next beat answers 408 to who waits, at which
    // the platform kills the container.
    private static readonly TimeSpan Ever = TimeSpan.FromDays(365);

    /// <summary>The path that is bound. As long as the awaited one, so that it fits where that one does.</summary>
    internal static string BoundPath(FnListener listener) => listener.Path[..^1] + (listener.Path[^1] == '_' ? '-' : '_');

    /// <summary>Has the host listen on the socket, without a limit on anybody's time: between calls it may be frozen for long.</summary>
    /// <exception cref="ContractException">The socket can't be there.</exception>
    internal static void Add(WebApplicationBuilder builder, FnListener listener)
    {
        if (OperatingSystem.IsWindows())
            throw new ContractException($"the environment variable {FnListener.ListenerVariable} is set, and a function's socket needs Linux");
        var bound = BoundPath(listener);
        try
        {
            // 1
            File.Delete(listener.Path);
            File.Delete(bound);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContractException($"the environment variable {FnListener.ListenerVariable} names a socket that can't be made: {e.Message}", e);
        }

        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            // 2
            kestrel.ListenUnixSocket(bound);
            kestrel.Limits.KeepAliveTimeout = Ever;
            kestrel.Limits.RequestHeadersTimeout = Ever;
            kestrel.Limits.MinRequestBodyDataRate = null;
            kestrel.Limits.MinResponseDataRate = null;
        });
        builder.Services.AddSingleton<IHostedService>(new FnSocket(listener));
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken)
    {
        var bound = BoundPath(listener);
        // 3
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(bound, Everybody);
        // 4
        File.CreateSymbolicLink(listener.Path, Path.GetFileName(bound));
        return Task.CompletedTask;
    }

    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        File.Delete(listener.Path);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
