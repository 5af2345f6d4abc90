using System.CommandLine;
using System.Globalization;
using ModelServing.Cli.Predictions;

namespace ModelServing.Cli.Features;

/// <summary><c>ms features profile</c>: starts the job that makes the profile of a training table.</summary>
internal static class ProfileCommand
{
    internal static Command Create()
    {
        var tables = new Argument<string[]>("TABLE") { Description = "The Parquet files of the table.", Arity = ArgumentArity.OneOrMore };
        var output = new Option<string>("--out") { Description = "The profile, a JSON file. It must not exist.", Required = true };
        var memory = new Option<int?>("--memory-mb")
        {
            Description = "The memory for values, in megabytes; anything beyond it goes to disk. Default: 512.",
        };
        var command = new Command("profile", "Make the profile of a training table, for 'ms publish --training-profile'.")
        {
            tables, output, memory,
        };
        command.SetAction((arguments, _) => Terminal.RunAsync(json: false, async (_, signals) =>
        {
            List<string> job =
            [
                "features", "profile", .. arguments.GetValue(tables)!.Select(Path.GetFullPath),
                "--out", Path.GetFullPath(arguments.GetValue(output)!),
            ];
            if (arguments.GetValue(memory) is { } megabytes)
                job.AddRange(["--memory-mb", megabytes.ToString(CultureInfo.InvariantCulture)]);
            return await JobsProgram.Find().RunAsync(job, signals);
        }));
        return command;
    }
}
