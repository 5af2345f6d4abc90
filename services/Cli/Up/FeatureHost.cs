using System.Text;
using ModelServing.Contracts.Features;
using ModelServing.Contracts.Reliability;

namespace ModelServing.Cli.Up;

/// <summary>The feature server on this machine. It runs while the stack file has views.</summary>
/// <param name="settings">The settings, without the views.</param>
/// <param name="addressPath">The file that has the server's address while it is ready, for <c>ms features</c>.</param>
/// <param name="supervision">What the supervisors of all hosts share.</param>
internal sealed class FeatureHost(
    HostProgram program, FeatureServerSettings settings, string addressPath, HostSupervision supervision)
{
    private IReadOnlyList<NamedView> views = [];
    private SupervisedHost? running;

    /// <summary>Serves other views: restarts the server, or stops it without views. Returns whether anything changed.</summary>
    /// <exception cref="HostFailedException">The server did not start.</exception>
    internal async Task<bool> ApplyAsync(IReadOnlyList<NamedView> next, CancellationToken cancellation)
    {
        if (next.SequenceEqual(views))
            return false;
        await StopAsync(Platform.StopTimeout, cancellation);
        if (next.Count > 0)
        {
            running = new SupervisedHost("features", program, settings with { Views = next }, supervision, Report, onlyFaults: true);
            try
            {
                await running.Ready.WaitAsync(VersionHosts.Patience, supervision.Time, cancellation);
            }
            catch (TimeoutException)
            {
                supervision.Terminal.Warn(
                    $"The feature server is not ready after {VersionHosts.Patience.TotalSeconds:0} s; it goes on starting");
            }
        }

        views = next;
        return true;
    }

    /// <summary>The address of the feature server of the platform in a folder; null while it does not run.</summary>
    internal static Uri? AddressIn(string folder)
    {
        var file = PlatformFiles.FeaturesAddressIn(folder);
        try
        {
            return Uri.TryCreate(File.ReadAllText(file).Trim(), UriKind.Absolute, out var address) ? address : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal async Task StopAsync(TimeSpan timeout, CancellationToken kill)
    {
        if (running is { } host)
            await host.StopAsync(timeout, kill);
        (running, views) = (null, []);
        Report(null);
    }

    private void Report(HostAddress? address)
    {
        try
        {
            if (address is null)
                File.Delete(addressPath);
            else
                AtomicFile.Write(addressPath, Encoding.UTF8.GetBytes(address.Url.ToString()), PrivateFiles.OfFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            supervision.Terminal.Warn($"{addressPath} can't be written, so 'ms features' does not find the feature server: {e.Message}");
        }
    }
}
