using System.Text.Json;
using ModelServing.Contracts.Functions;
using ModelServing.Registry;
using Spectre.Console;

namespace ModelServing.Cli.Up.Functions;

/// <summary>
/// The replacement for the Events service on this machine: looks for unchecked manifests and sends ModelLoader an event for each, as that
/// service would. <c>ms publish</c> checks its own artifact; this finds artifacts that came into the folder in another way.
/// </summary>
internal sealed class ArtifactArrivals(IObjectStore store, FunctionCaller functions, Terminal terminal, TimeProvider time)
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private readonly HashSet<PublishedVersion> known = [];
    private string? reported;

    /// <summary>Looks for manifests until cancelled.</summary>
    internal async Task RunAsync(CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Period, time);
        do
        {
            var problem = await LookAsync(cancellation);
            if (problem is not null && problem != reported)
                terminal.Warn(problem);
            reported = problem;
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    /// <summary>Looks once. Returns the problem, which the next look retries, or null.</summary>
    internal async Task<string?> LookAsync(CancellationToken cancellation)
    {
        try
        {
            await foreach (var key in store.ListAsync(RegistryLayout.Prefix, cancellation))
            {
                if (!RegistryLayout.TryParseManifest(key, out var version) || known.Contains(version))
                    continue;
                var isChecked = await store.FindLengthAsync(
                    RegistryLayout.Verdict(version.Model, version.Version),
                    cancellation) is not null;
                if (!isChecked && await InvokeLoaderAsync(key, version, cancellation) is { } problem)
                    return problem;
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
        terminal.Say($"[dim]{version.Model} version {version.Version} is new in the registry; ModelLoader: " +
            $"{Markup.Escape(result.Line)}[/]");
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
