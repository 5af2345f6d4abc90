using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Functions.Listener;

/// <summary>
/// The socket on which OCI Functions calls. It is bound under a name beside the awaited one, and gets the awaited name once it is ready. So
/// the platform can call as soon as that name appears.
/// </summary>
/// <remarks>
/// <code>
/// 1 clear    the files that an earlier process left behind under either name
/// 2 bind     the name beside the awaited one (Kestrel does it)
/// 3 open     to all users: the platform's side runs as another one
/// 4 link     from the awaited name to it, in the same folder and by its bare name, as the platform requires
/// </code>
/// </remarks>
internal sealed class FnSocket(FnListener listener) : IHostedLifecycleService
{
    private const UnixFileMode AllUsers =
        UnixFileMode.UserRead | UnixFileMode.UserWrite
        | UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    // Not infinite: Kestrel adds it to its clock, which would overflow. At its next heartbeat it would then answer 408 to a waiting call,
    // and the platform would kill the container.
    private static readonly TimeSpan Ever = TimeSpan.FromDays(365);

    /// <summary>The path to bind. It is as long as the awaited one, so it fits into a socket's address if that one does.</summary>
    internal static string BoundPath(FnListener listener) => listener.Path[..^1] + (listener.Path[^1] == '_' ? '-' : '_');

    /// <summary>Makes the host listen on the socket, without any time limits: the container may be frozen between calls for long.</summary>
    /// <exception cref="ContractException">The socket cannot be created there.</exception>
    internal static void Add(WebApplicationBuilder builder, FnListener listener)
    {
        if (OperatingSystem.IsWindows())
            throw new ContractException(
                $"the environment variable {FnListener.ListenerVariable} is set, but a function's socket needs Linux");
        var bound = BoundPath(listener);
        try
        {
            // 1
            File.Delete(listener.Path);
            File.Delete(bound);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ContractException(
                $"the environment variable {FnListener.ListenerVariable} names a socket that can't be created: {e.Message}", e);
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
            File.SetUnixFileMode(bound, AllUsers);
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
