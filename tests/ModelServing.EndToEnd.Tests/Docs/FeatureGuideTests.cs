using System.Net.Http.Headers;
using System.Text.RegularExpressions;
using ModelServing.Contracts;
using ModelServing.EndToEnd.Tests.Workflows;
using ModelServing.TestKit;

namespace ModelServing.EndToEnd.Tests.Docs;

/// <summary>docs/features.md is right: every command of the way from events to a served model runs, in its order, and then every other
/// command of the page.</summary>
public partial class FeatureGuideTests
{
    private const string Heading = "\n## From events to a served model\n";
    private const string Trainer = "dotnet run --project services/Trainer -c Release -- ";
    private const string Ms = "./dev ms ";
    private const string Up = "./dev up ";
    private const string Skew = "./dev ms features skew ";
    private const string Profile = "./dev ms features profile ";
    private const string Stack = " --stack train --local";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Every_command_of_the_page_works()
    {
        var text = await File.ReadAllTextAsync(Repository.Combine("docs", "features.md"), Token);
        var section = text[text.IndexOf(Heading, StringComparison.Ordinal)..].Split("\n## ")[1];
        var commands = Command().Matches(section).Select(static match => match.Groups[1].Value).ToList();
        var blocks = Block().Matches(section).Select(static match => match.Groups["text"].Value).ToList();
        Assert.True(commands.Count >= 8, string.Join('\n', commands));

        using var folder = new StackFolder();
        var stack = Path.Combine(folder.FullPath, "Pulumi.train.yaml");
        var settings = $"{blocks.First(static block => block.StartsWith("config:", StringComparison.Ordinal))}" +
            $"  modelserving:local:\n    port: {folder.Port}\n";
        await File.WriteAllTextAsync(stack, settings, Token);
        CopyViews(folder);
        MsProcess? platform = null;
        try
        {
            var skew = commands.Single(static command => command.StartsWith(Skew, StringComparison.Ordinal));
            foreach (var command in commands.Where(command => command != skew))
            {
                if (command.StartsWith(Up, StringComparison.Ordinal))
                {
                    platform = MsProcess.Start(folder, ["up", .. Words(command[Up.Length..])]);
                    await platform.WaitForAsync("Ctrl-C stops everything");
                }
                else
                {
                    await RunAsync(folder, command);
                }
            }

            // The model is named in the file while the platform runs.
            var models = blocks.Single(static block => block.Contains("fraud:", StringComparison.Ordinal));
            await File.WriteAllTextAsync(
                stack, settings.Replace("  modelserving:models: {}\n", models, StringComparison.Ordinal), Token);
            var request = blocks.Single(static block => block.StartsWith("{\"inputs\"", StringComparison.Ordinal));
            var answer = await AskAsync(folder, request);
            Assert.Equal("", answer.Defaults);
            Assert.Contains("probabilities", answer.Body, StringComparison.Ordinal);
            // The record of the prediction is on its way to the log.
            var compared = (ExitCode: -1, Output: "");
            await Until.TrueAsync(
                () => (compared = MsProcess.RunAsync(folder, Words(skew[Ms.Length..])).GetAwaiter().GetResult()).ExitCode == 0,
                () => $"{skew}:\n{compared.Output}");
            Assert.Contains("card-activity.card_count_1d", compared.Output, StringComparison.Ordinal);
            Assert.Contains(" few rows ", compared.Output, StringComparison.Ordinal);
            await RunOthersAsync(folder, text.Replace(section, "", StringComparison.Ordinal));
        }
        finally
        {
            if (platform is not null)
                await platform.DisposeAsync();
        }
    }

    // They name files that a reader has, and the stack of the folder in which they run.
    private static async Task RunOthersAsync(StackFolder folder, string text)
    {
        foreach (var file in (string[])["services/Sample/Views/card-activity.yaml", "data/models/fraud/1/model.onnx",
            "data/models/fraud/1/training.json"])
            File.Copy(Path.Combine(folder.FullPath, file), Path.Combine(folder.FullPath, Path.GetFileName(file)));
        await RunAsync(folder, $"{Ms}features export --rows data/rows.csv --view terminal-risk/v1 --out payments.parquet{Stack}");
        var commands = Command().Matches(text).Select(static match => Remark().Replace(match.Groups[1].Value, "")).ToList();
        Assert.True(commands.Count >= 12, string.Join('\n', commands));
        foreach (var command in commands)
            await RunAsync(folder, command.StartsWith(Profile, StringComparison.Ordinal) ? command : command + Stack);
        foreach (var made in (string[])["training.parquet", "profile.json", "skew.html"])
            Assert.True(File.Exists(Path.Combine(folder.FullPath, made)), made);
    }

    private static async Task RunAsync(StackFolder folder, string command)
    {
        if (command.StartsWith(Ms, StringComparison.Ordinal))
        {
            var (exitCode, output) = await MsProcess.RunAsync(folder, Words(command[Ms.Length..]));
            Assert.True(exitCode == 0, $"{command}:\n{output}");
            return;
        }

        Assert.StartsWith(Trainer, command, StringComparison.Ordinal);
        // A fifth of the data, which takes a fifth of the time.
        string[] words = Words(command[Trainer.Length..]);
        await Tool.SucceedAsync(
            folder.FullPath,
            "dotnet",
            [MsProcess.Program("Trainer", "ModelServing.Trainer"), .. words, .. words[0] == "data" ? ["--small"] : Array.Empty<string>()]);
    }

    // The version starts after the edit, and the views' newest events may not be applied yet.
    private static async Task<(string Defaults, string Body)> AskAsync(StackFolder folder, string request)
    {
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { Timeout = MsProcess.Timeout };
        var answer = (Defaults: "none", Body: "");
        await Until.TrueAsync(
            () =>
            {
                answer = AskOnceAsync(http, new Uri(folder.Api, "/v2/models/fraud/infer"), request).GetAwaiter().GetResult();
                return answer.Defaults.Length == 0;
            },
            () => $"the model never answered with features: {answer}");
        return answer;
    }

    private static async Task<(string Defaults, string Body)> AskOnceAsync(HttpClient http, Uri path, string request)
    {
        using var content = new StringContent(request, new MediaTypeHeaderValue("application/json"));
        using var answer = await http.PostAsync(path, content, Token);
        var body = await answer.Content.ReadAsStringAsync(Token);
        if (!answer.IsSuccessStatusCode)
            return ($"status {(int)answer.StatusCode}", body);
        return (answer.Headers.TryGetValues(HeaderNames.FeatureDefaults, out var values) ? string.Join(',', values) : "", body);
    }

    private static void CopyViews(StackFolder folder)
    {
        var views = Path.Combine(folder.FullPath, "services", "Sample", "Views");
        Directory.CreateDirectory(views);
        foreach (var file in Directory.EnumerateFiles(Repository.Combine("services", "Sample", "Views")))
            File.Copy(file, Path.Combine(views, Path.GetFileName(file)));
    }

    private static string[] Words(string command) => command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

    [GeneratedRegex(@"(?m)^    ((?:\./dev|dotnet) [^\n]+)$", RegexOptions.CultureInvariant)]
    private static partial Regex Command();

    [GeneratedRegex(@" {2,}.*$", RegexOptions.CultureInvariant)]
    private static partial Regex Remark();

    [GeneratedRegex(@"```[a-z]+\n(?<text>.*?)```", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex Block();
}
