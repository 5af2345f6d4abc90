using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ModelServing.Hosting;

/// <summary>Stops the host from within when it cannot continue: logs why, and makes the process exit with code 1.</summary>
public sealed class HostFailure(IHostApplicationLifetime lifetime, ILogger<HostFailure> logger)
{
    private int exitCode;

    /// <summary>The process's exit code: 0 unless <see cref="Stop"/> was called.</summary>
    public int ExitCode => exitCode;

    /// <summary>Stops the host.</summary>
    /// <param name="message">What is wrong, where, and what would be right.</param>
    public void Stop(string message)
    {
        exitCode = 1;
        Log.Failed(logger, message);
        lifetime.StopApplication();
    }
}
