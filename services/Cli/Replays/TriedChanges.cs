using System.CommandLine;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Registry;
using ModelServing.Settings;

namespace ModelServing.Cli.Replays;

/// <summary>Tries each version that a stack file names and an earlier one does not, for the comment about a pull request. A version that
/// can't be tried has a line that says why.</summary>
/// <remarks>The sample of a model is <c>samples/MODEL.parquet</c>: beside the stack file, or else with that key in the bucket.</remarks>
internal sealed class TriedChanges(TryOptions job, ParseResult arguments, Terminal terminal, StopSignals signals)
{
    // Of an earlier file that can't be read, no version is known.
    internal static IReadOnlyList<(ModelName Model, ModelVersion Version)> Find(StackFile now, string? earlier)
    {
        var before = earlier is null ? null : StackFile.Parse(earlier).File;
        return
        [
            .. now.NamedVersions().Select(static named => (named.Model, named.Version)).Distinct()
                .Except(before?.NamedVersions().Select(static named => (named.Model, named.Version)) ?? [])
                .OrderBy(static named => named.Model.Text, StringComparer.Ordinal).ThenBy(static named => named.Version.Number),
        ];
    }

    /// <summary>Writes the file, unless no version is new.</summary>
    /// <param name="earlier">The earlier stack file. Without one, null, every version is new.</param>
    /// <param name="path">The file.</param>
    internal async Task WriteAsync(string earlier, string path)
    {
        var stack = job.Stack(arguments);
        var file = stack.Read();
        var text = new StringBuilder();
        foreach (var (model, version) in Find(file, File.Exists(earlier) ? await File.ReadAllTextAsync(earlier, signals.Stop) : null))
        {
            if (text.Length > 0)
                text.Append('\n');
            text.Append(await TryAsync(stack, file, model, version));
        }

        if (text.Length == 0)
        {
            terminal.Say("no version is new");
            return;
        }

        AtomicFile.Write(path, Encoding.UTF8.GetBytes(text.ToString()));
        terminal.Say(Spectre.Console.Markup.Escape(path));
    }

    private async Task<string> TryAsync(StackLocation stack, StackFile file, ModelName model, ModelVersion version)
    {
        var folder = Path.Combine(Path.GetTempPath(), $".try-{Guid.NewGuid():N}");
        PrivateFiles.CreateFolder(folder);
        try
        {
            var store = await job.Registry.OpenStoreAsync(arguments, null, signals.Stop);
            await new ModelRegistry(store, TimeProvider.System).ReadManifestAsync(model, version, signals.Stop);
            if (await SampleAsync(stack, store, model, folder) is not { } sample)
            {
                return NotTried(
                    model,
                    version,
                    $"there is no sample of its requests: neither {SamplePath.For(model)} beside the stack file nor the object "
                        + $"{SamplePath.For(model)} in {store.Location}\n"
                        + $"{OwnCommand.Name} predictions export --model {model} --since 7d --out {SamplePath.For(model)} makes one");
            }

            var report = Path.Combine(folder, "report.txt");
            var replay = TryCommand.Find(file.Settings.Models, model, version, job.Decision(arguments));
            var exitCode = await job.RunAsync(
                arguments, replay, ["--sample", sample, "--without-inputs", "--out", report], signals);
            signals.Stop.ThrowIfCancellationRequested();
            return exitCode == ExitCode.Done
                ? await File.ReadAllTextAsync(report, signals.Stop)
                : NotTried(model, version, $"its replay ended with exit code {exitCode}; the log of this run says why");
        }
        catch (Exception e) when (e is RegistryException or ContractException or CommandException or IOException)
        {
            return NotTried(model, version, e.Message);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private async Task<string?> SampleAsync(StackLocation stack, IObjectStore store, ModelName model, string folder)
    {
        var name = SamplePath.For(model);
        if (Path.Combine(stack.Folder, name) is var own && File.Exists(own))
            return own;
        await using var stored = await store.OpenAsync(ObjectKey.Parse(name), signals.Stop);
        if (stored is null)
            return null;
        var path = Path.Combine(folder, "sample.parquet");
        await using var copy = File.Create(path);
        await stored.Content.CopyToAsync(copy, signals.Stop);
        return path;
    }

    private static string NotTried(ModelName model, ModelVersion version, string why) =>
        $"{model} version {version} was not tried: {VisibleText.Lines(why)}\n";
}
