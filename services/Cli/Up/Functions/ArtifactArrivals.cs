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

    /// <summary>Looks for manifests, reports a new problem, and waits until it is time for the next look.</summary>
    internal async Task LookAndWaitAsync(CancellationToken cancellation)
    {
        var problem = await LookAsync(cancellation);
        if (problem is not null && problem != reported)
            terminal.Warn(problem);
        reported = problem;
        await Task.Delay(Period, time, cancellation);
    }

    /// <summary>Looks once. Returns the first problem, which the next look retries, or null. A problem with one version does not keep the
    /// others from being checked.</summary>
    internal async Task<string?> LookAsync(CancellationToken cancellation)
    {
        string? first = null;
        try
        {
            await foreach (var key in store.ListAsync(RegistryLayout.Prefix, cancellation))
            {
                if (!RegistryLayout.TryParseManifest(key, out var version) || known.Contains(version))
                    continue;
                if (await CheckAsync(key, version, cancellation) is { } problem)
                    first ??= problem;
                else
                    known.Add(version);
            }
        }
        catch (RegistryException e)
        {
            first ??= e.Message;
        }

        return first;
    }

    private async Task<string?> CheckAsync(ObjectKey key, PublishedVersion version, CancellationToken cancellation)
    {
        try
        {
            return await store.FindLengthAsync(RegistryLayout.Verdict(version.Model, version.Version), cancellation) is not null
                ? null
                : await InvokeLoaderAsync(key, version, cancellation);
        }
        catch (RegistryException e)
        {
            return e.Message;
        }
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
