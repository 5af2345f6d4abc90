namespace ModelServing.Cli.Conformance;

/// <summary>Asks a server all checks, one after another.</summary>
internal static class ConformanceRun
{
    /// <summary>Runs the checks. Those for a model or an extension that the server does not have are skipped.</summary>
    /// <exception cref="HttpRequestException">The server can't be reached.</exception>
    internal static async Task<IReadOnlyList<CheckResult>> RunAsync(
        Subject server, IEnumerable<Check> checks, CancellationToken cancellation)
    {
        var extensions = await server.ExtensionsAsync();
        var models = new Dictionary<string, bool>();
        foreach (var name in ConformanceModels.Names)
            models[name] = await server.HasAsync(name);
        var results = new List<CheckResult>();
        foreach (var check in checks)
        {
            cancellation.ThrowIfCancellationRequested();
            results.Add(
                check.Model is { } model && !models[model] ? new(check, CheckState.Skipped, $"the server has no model '{model}'")
                : check.Extension is { } extension && !extensions.Contains(extension)
                    ? new(check, CheckState.Skipped, $"the server does not name the extension '{extension}'")
                : await AskAsync(check, server));
        }

        return results;
    }

    private static async Task<CheckResult> AskAsync(Check check, Subject server)
    {
        try
        {
            await check.RunAsync(server);
            return new(check, CheckState.Passed);
        }
        catch (NotConformingException e)
        {
            return new(check, CheckState.Failed, e.Message);
        }
        catch (HttpRequestException e)
        {
            return new(check, CheckState.Failed, $"the connection broke: {e.Message}");
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException or OverflowException)
        {
            // A member of another type than it must have.
            return new(check, CheckState.Failed, $"the answer has another form: {e.Message}");
        }
    }
}
