using System.Globalization;
using ModelServing.Cli.Up;
using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Cli.Publishing;

/// <summary>What leads from a published version to its first request: the part of the stack file that names it, and a command.</summary>
internal static class NextSteps
{
    private const int FirstShare = 5;

    /// <summary>The lines for a version in a registry on this machine. None for a version that the stack file names already, but the
    /// request.</summary>
    internal static IEnumerable<string> Lines(StackLocation stack, Manifest manifest)
    {
        if (!stack.Exists)
        {
            yield return $"To serve it, write a stack file: {OwnCommand.Name} init {manifest.Model}";
            yield break;
        }

        StackSettings settings;
        try
        {
            settings = stack.Read().Settings;
        }
        catch (CommandException)
        {
            // Every command that serves it reports the faults.
            yield break;
        }

        var served = settings.Models.GetValueOrDefault(manifest.Model);
        if (served?.Stable.Version != manifest.Version && served?.Canary?.Version != manifest.Version)
        {
            yield return $"To serve it, name it in {stack.FileName}, under {StackFile.Namespace}models:";
            foreach (var line in Snippet(manifest, served))
                yield return "    " + line;
        }

        if (manifest.Features is { } features)
        {
            // Only the running version knows them.
            yield return $"The service fills '{features.Input}' from the feature views. '{OwnCommand.Up}' prints a request, with " +
                "the inputs that callers send.";
            yield break;
        }

        if (ExampleRequest.From(manifest.Inputs) is not { } body)
            yield break;
        var port = settings.Local.Port ?? ApiPort.First;
        yield return $"A request, once '{OwnCommand.Up}' runs:";
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"  curl -s http://127.0.0.1:{port}{InferencePaths.Infer(manifest.Model)} -H 'Content-Type: application/json' -d '{body}'");
    }

    /// <summary>The model's part of the stack file: the version as stable or, beside another one, as its canary.</summary>
    internal static IEnumerable<string> Snippet(Manifest manifest, ModelSettings? served)
    {
        yield return $"{manifest.Model}:";
        yield return "  stable:";
        yield return $"    version: {served?.Stable.Version ?? manifest.Version}";
        if (served is null)
            yield break;
        yield return "  canary:";
        yield return $"    version: {manifest.Version}";
        yield return $"    percent: {FirstShare}";
    }
}
