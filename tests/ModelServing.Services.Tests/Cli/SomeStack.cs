using ModelServing.Contracts;
using ModelServing.Settings;
using ModelServing.Settings.Models;

namespace ModelServing.Services.Tests.Cli;

/// <summary>Stack files and plans of one model.</summary>
internal static class SomeStack
{
    internal static string Yaml(string percent = "5", string stable = "1", string canary = "2", string model = "fraud") => $"""
        config:
          modelserving:models:
            {model}:
              stable:
                version: {stable}
              canary:
                version: {canary}
                percent: {percent}

        """.ReplaceLineEndings("\n");

    internal static StackFile File(string yaml) => StackFile.Parse(yaml).File!;

    internal static PlanDocument Plan(string percent = "5", string stable = "1", string canary = "2", string model = "fraud") =>
        PlanMaker.Make(File(Yaml(percent, stable, canary, model)).Settings.Models);
}
