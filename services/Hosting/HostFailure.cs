using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using ModelServing.Contracts;

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
