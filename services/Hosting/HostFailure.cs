using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ModelServing.Hosting;

/// <summary>Ends the host from within when it can't go on: says why, and gives the process the exit code 1.</summary>
public sealed class HostFailure(IHostApplicationLifetime lifetime, ILogger<HostFailure> logger)
{
    private int exitCode;

    /// <summary>The process's exit code: 0 unless <see cref="Stop"/> was called.</summary>
    public int ExitCode => exitCode;

    /// <summary>Stops the host; <paramref name="message"/> says what is wrong, where, and what would be right.</summary>
    public void Stop(string message)
    {
        exitCode = 1;
        Log.Failed(logger, message);
        lifetime.StopApplication();
    }
}
