using System.CommandLine;
using System.CommandLine.Help;
using System.Globalization;
using ModelServing.Stacks.Preview.Cost;

namespace ModelServing.Stacks.Preview;

/// <summary>The command line of <c>./dev preview</c>.</summary>
internal sealed class PreviewCommandLine
{
    private const string Foundation = "foundation";
    private const string Text = "text";
    private const string Markdown = "markdown";

    private readonly Option<string?> stack = new("--stack")
    {
        HelpName = "NAME",
        Description = "Show this stack only. Without it: every stack that has a stack file.",
    };

    private readonly Option<string?> against = new("--against")
    {
        HelpName = "COMMIT",
        Description = "Show the changes since this commit instead of the whole stack.",
    };

    private readonly Option<string?> output = new("--out")
    {
        HelpName = "FOLDER",
        Description = "With --against: write NAME.summary.txt and NAME.offline.txt for each stack that changes or can't be rendered. "
            + "With --cost, also NAME.cost.txt.",
    };

    private readonly Option<string?> registry = new("--registry")
    {
        HelpName = "FOLDER",
        Description = "The registry in which canaries' inputs and outputs are compared with stable's. Default: that of './dev up', if "
            + "there is one.",
    };

    private readonly Option<string?> phase = new("--phase")
    {
        HelpName = Foundation,
        Description = "Show the first of the two applies that create an environment, whatever phase the stack file names.",
    };

    private readonly Option<string?> format = new("--format")
    {
        HelpName = $"{Text}|{Markdown}",
        Description = $"The format of the output. Default: {Text}.",
    };

    private readonly Option<bool> cost = new("--cost")
    {
        Description = $"Add what the stack costs in a month, by the prices in {PriceList.FileName}. With --against: the difference.",
    };

    private readonly Option<decimal> rate = new("--rate")
    {
        HelpName = "NUMBER",
        Description = "With --cost: the requests a second, on the average of the month.",
        DefaultValueFactory = static _ => 10,
    };

    private readonly Option<decimal> stored = new("--stored")
    {
        HelpName = "GB",
        Description = "With --cost: the size of the bucket in GB.",
        DefaultValueFactory = static _ => 10,
    };

    private readonly Option<decimal> splitSeconds = new("--split-seconds")
    {
        HelpName = "NUMBER",
        Description = "With --cost: the seconds of a call of TrafficSplitter, with the model's own time.",
        DefaultValueFactory = static _ => CostAssumptions.DefaultSplitSeconds,
    };

    private readonly Option<bool> noColor = new("--no-color")
    {
        Description = "Use no colours. NO_COLOR in the environment has the same effect.",
    };

    // EarlierProgram calls another commit's program with this option.
    private readonly Option<string?> snapshot = new("--snapshot") { HelpName = "FILE", Hidden = true };

    private readonly Command command;

    internal PreviewCommandLine()
    {
        Accept(phase, Foundation);
        Accept(format, Text, Markdown);
        command = new Command("preview", """
            Render the resources of stacks, without an account.

            The exit code is 0, 1 if a stack can't be rendered, or 2 for wrong arguments.
            """)
        {
            stack, against, output, registry, phase, format, cost, rate, stored, splitSeconds, noColor, snapshot,
            new HelpOption { Action = new HelpAction { MaxWidth = 80 } },
        };
        Require(output, against);
        Require(snapshot, stack);
        Require(rate, cost);
        Require(stored, cost);
        Require(splitSeconds, cost);
        NotNegative(rate);
        NotNegative(stored);
        NotNegative(splitSeconds);
    }

    /// <summary>Parses the arguments and runs <paramref name="preview"/>, help, or the report of what is wrong with the
    /// arguments.</summary>
    /// <returns>The exit code of <paramref name="preview"/>; 2 for wrong arguments.</returns>
    internal async Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error, Func<PreviewOptions, Task<int>> preview)
    {
        command.SetAction((result, _) => preview(Read(result)));
        // The usage line shows the command as users type it. Response files are off, because a commit may be written as @ or @{u}.
        var program = new Command("./dev") { command };
        var result = program.Parse(["preview", .. arguments], new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (result.Errors.Count == 0)
        {
            return await result.InvokeAsync(new InvocationConfiguration
            {
                Output = output,
                Error = error,
                ProcessTerminationTimeout = null,
                EnableDefaultExceptionHandler = false,
            });
        }

        foreach (var fault in result.Errors)
            await error.WriteLineAsync(fault.Message);
        await error.WriteLineAsync("'./dev preview --help' lists the options.");
        return 2;
    }

    private PreviewOptions Read(ParseResult result)
    {
        var allowsColour = !result.GetValue(noColor) && string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"));
        var isColoured = allowsColour && !Console.IsOutputRedirected;
        return new PreviewOptions(
            result.GetValue(stack),
            result.GetValue(against),
            result.GetValue(phase) is not null,
            result.GetValue(format) == Markdown ? PreviewFormat.Markdown : isColoured ? PreviewFormat.Colour : PreviewFormat.Plain,
            result.GetValue(output),
            result.GetValue(registry),
            result.GetValue(snapshot))
        {
            Cost = result.GetValue(cost)
                ? new CostAssumptions(result.GetValue(rate), result.GetValue(stored), result.GetValue(splitSeconds))
                : null,
        };
    }

    // AcceptOnlyFromAmong would not name the option in its error.
    private static void Accept(Option<string?> option, params string[] values) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && !values.Contains(token.Value))
            result.AddError($"{option.Name} is '{token.Value}'; it must be {string.Join(" or ", values)}.");
    });

    // The largest values keep the sums within what a table shows.
    private static void NotNegative(Option<decimal> option) => option.Validators.Add(result =>
    {
        // A text that is not a number is reported by the parser.
        if (result.Tokens is [var token] && decimal.TryParse(token.Value, CultureInfo.InvariantCulture, out var number)
            && number is < 0 or > 1_000_000)
            result.AddError($"{option.Name} must be from 0 to 1000000.");
    });

    private void Require(Option option, Option other) => command.Validators.Add(result =>
    {
        if (result.GetResult(option) is { Implicit: false } && result.GetResult(other) is not { Implicit: false })
            result.AddError($"{option.Name} requires {other.Name}.");
    });
}
