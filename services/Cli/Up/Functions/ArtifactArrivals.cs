using System.Text.Json;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// What stands for the Events service on this machine: looks for manifests that nobody has checked, and tells ModelLoader of each as that
/// service would. <c>ms publish</c> checks by itself; this is for what came into the folder on another way.
/// </summary>
/// <param name="store">The registry.</param>
/// <param name="functions">The functions.</param>
/// <param name="terminal">Where it is told.</param>
/// <param name="time">The clock.</param>
internal sealed class ArtifactArrivals(IObjectStore store, FunctionCaller functions, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly HashSet<PublishedVersion> known = [];
    private string? fault;

    /// <summary>Looks until it is told to stop.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            var wrong = await LookAsync(cancellation);
            if (wrong is not null && wrong != fault)
                terminal.Warn(wrong);
            fault = wrong;
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>Looks once; gives what went wrong, which is tried again.</summary>
    internal async Task<string?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var key in store.ListAsync(RegistryLayout.Prefix, cancellation))
            {
                if (!RegistryLayout.TryParseManifest(key, out var version) || known.Contains(version))
                    continue;
                if (await store.FindLengthAsync(RegistryLayout.Verdict(version.Model, version.Version), cancellation) is null && await InvokeLoaderAsync(key, version, cancellation) is { } wrong)
                    return wrong;
                known.Add(version);
            }
        }
        catch (RegistryException e)
        {
            return e.Message;
        }

        return null;
    }

    private async Task<string?> InvokeLoaderAsync(ObjectKey key, PublishedVersion version, CancellationToken cancellation)
    {
        var result = await functions.CallAsync(FunctionName.ModelLoader, Event(key), cancellation);
        if (!result.Succeeded)
            return $"The function ModelLoader did not check {version.Model} version {version.Version}: {result.Line}";
        terminal.Say($"[dim]{version.Model} version {version.Version} came into the registry; ModelLoader: {Markup.Escape(result.Line)}[/]");
        return null;
    }

    private byte[] Event(ObjectKey key)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("eventType", "com.oraclecloud.objectstorage.createobject");
            json.WriteString("cloudEventsVersion", "0.1");
            json.WriteString("eventTypeVersion", "2.0");
            json.WriteString("source", "ObjectStorage");
            json.WriteString("eventTime", time.GetUtcNow().UtcDateTime);
            json.WriteString("contentType", "application/json");
            json.WriteString("eventID", Guid.NewGuid());
            json.WriteStartObject("data");
            json.WriteString("resourceName", key.Text);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.ToArray();
    }
}
