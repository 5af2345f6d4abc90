using ModelServing.Contracts;
using ModelServing.Registry;
using ModelServing.Sample;

namespace ModelServing.Cli.Up;

/// <summary>The commands to type if a stack file names unpublished versions.</summary>
internal static class PublishHint
{
    internal static IEnumerable<string> For(StackLocation stack, bool demo, IReadOnlyList<PublishedVersion> missing)
    {
        if (demo)
        {
            yield return $"--demo has its own registry, with versions {string.Join(" and ", SampleArtifacts.Versions)} of " +
                $"{SampleArtifacts.ModelName}; run without --demo to serve published versions";
            yield break;
        }

        if (missing.Any(IsSample))
        {
            yield return $"To run the platform with the sample: {OwnCommand.Up} --demo";
            yield return "To publish the feature views that it uses:";
            yield return $"  {OwnCommand.Name} features apply " +
                string.Join(' ', SampleFeatures.Views.Select(static view => Display(SampleFeatures.PathOf(view)))) + Options(stack);
        }

        yield return "To publish " + (missing.Count == 1 ? "it:" : "them:");
        foreach (var version in missing)
        {
            var files = IsSample(version)
                ? $"{Display(SampleArtifacts.ModelPath(version.Version.Number))} --training " +
                    $"{Display(SampleArtifacts.TrainingPath(version.Version.Number))}"
                : "MODEL.onnx";
            yield return $"  {OwnCommand.Name} publish {version.Model} {files} --version {version.Version}{Options(stack)}";
        }
    }

    private static bool IsSample(PublishedVersion version) =>
        version.Model.Text == SampleArtifacts.ModelName && SampleArtifacts.Versions.Contains(version.Version.Number);

    private static string Options(StackLocation stack) =>
        (stack.Name == StackOptions.DefaultIn(stack.Folder) ? "" : $" --stack {stack.Name} --local") +
        (Path.GetFullPath(".") == stack.Folder ? "" : $" --cwd {Display(stack.Folder)}");

    // Relative if possible: shorter, and the same on every machine.
    private static string Display(string path)
    {
        var relative = Path.GetRelativePath(Path.GetFullPath("."), path);
        var shown = relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
        return OwnCommand.Word(shown);
    }
}
