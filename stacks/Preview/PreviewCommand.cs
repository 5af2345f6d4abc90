using ModelServing.Stacks.Preview.Cost;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Stacks.Preview;

/// <summary><c>./dev preview</c>: renders stacks without an account, and compares them with those of another commit.</summary>
internal static class PreviewCommand
{
    /// <summary>Runs the command and returns its exit code: 0; 1 if a stack can't be rendered; 2 for wrong arguments.</summary>
    internal static Task<int> RunAsync(string[] arguments, TextWriter output, TextWriter error) =>
        new PreviewCommandLine().RunAsync(arguments, output, error, options => RunAsync(options, output, error));

    private static async Task<int> RunAsync(PreviewOptions options, TextWriter output, TextWriter error)
    {
        try
        {
            var root = Root();
            if (options.Registry is { } registry && !Directory.Exists(registry))
                throw new PreviewException($"--registry {registry}: there is no such folder");
            var digest = SecretDigest.ForThisProcess();
            var cost = options.Cost is { } assumptions ? new CostTable(PriceList.Read(root), assumptions) : null;
            await using var earlier = options.Against is { } reference ? await EarlierProgram.AtAsync(root, reference, digest) : null;
            string[] stacks = options.Stack is { } one ? [one] : [.. StackFiles.In(root).Order(StringComparer.Ordinal)];
            var failures = 0;
            foreach (var stack in stacks)
                failures += await RunOneAsync(root, stack, options, digest, (earlier, cost), output, error) ? 0 : 1;
            if (options.Stack is null && earlier is not null)
                await WriteRemovedAsync(options, earlier, stacks, output);
            return failures == 0 ? 0 : 1;
        }
        catch (PreviewException exception)
        {
            await error.WriteLineAsync(exception.Message);
            return 1;
        }
    }

    private static async Task<bool> RunOneAsync(
        string root,
        string stack,
        PreviewOptions options,
        SecretDigest digest,
        (EarlierProgram? Earlier, CostTable? Cost) parts,
        TextWriter output,
        TextWriter error)
    {
        try
        {
            if (options.Snapshot is { } path)
                await File.WriteAllTextAsync(path, EarlierProgram.Write(await RenderAsync(root, stack, options, digest)));
            else
            {
                var right = await RenderAsync(root, stack, options, digest);
                await PreviewAsync(root, right, options, parts.Earlier, parts.Cost, output);
            }

            return true;
        }
        catch (Exception exception) when (exception is PreviewException or Pulumi.RunException or AggregateException)
        {
            // Another fault is about the command line, and names its place itself.
            var place = exception is PreviewException && options.Stack is not null ? "" : $"{StackFiles.NameOf(stack)}: ";
            new PreviewWriter(error, options.Format).WriteFault(place + exception.Message);
            await WriteFileAsync(options, stack, "offline", $"{stack} can't be rendered:\n{exception.Message}\n");
            return false;
        }
    }

    private static async Task PreviewAsync(
        string root, StackSnapshot right, PreviewOptions options, EarlierProgram? earlier, CostTable? cost, TextWriter output)
    {
        var (stack, notes) = (right.Stack, right.Notes.ToList());
        var title = $"Previewing {stack}";
        StackSnapshot? left = null;
        if (earlier is not null)
        {
            title += $" against {options.Against}";
            left = await earlier.RenderAsync(stack, options.FoundationOnly, yaml => RegistryOf(root, stack, yaml, options));
            if (left is null)
                notes.Insert(0, $"{options.Against} has no such stack, so everything is new");
        }

        var comparison = StackComparison.Between(left, right);
        var summary = PreviewSummary.From(comparison);
        if (earlier is not null && left is null)
            summary = summary.OfNewStack();
        var writer = new PreviewWriter(output, options.Format);
        writer.Write(title, summary, comparison, notes);
        var costs = earlier is null ? cost?.Lines(right) : cost?.Difference(left, right);
        if (cost is not null)
            writer.WriteCost(costs ?? ["The monthly cost does not change."]);
        if (!comparison.IsEmpty)
        {
            await WriteFileAsync(options, stack, "summary", writer => writer.WriteSummary(summary));
            await WriteFileAsync(options, stack, "offline", writer => writer.WriteDifference(comparison, notes));
            if (costs is not null)
                await WriteFileAsync(options, stack, "cost", string.Join('\n', costs) + "\n");
        }
    }

    private static async Task<StackSnapshot> RenderAsync(string root, string stack, PreviewOptions options, SecretDigest digest)
    {
        var file = Path.Combine(root, StackFiles.NameOf(stack));
        if (!File.Exists(file))
            throw new PreviewException($"--stack {stack}: {Path.GetFileName(file)} does not exist");
        var yaml = await File.ReadAllTextAsync(file);
        return await StackSnapshot.RenderAsync(yaml, stack, options.FoundationOnly, digest, RegistryOf(root, stack, yaml, options));
    }

    private static string? RegistryOf(string root, string stack, string yaml, PreviewOptions options) =>
        options.Registry is { } given ? Path.GetFullPath(given) : LocalInterfaces.FolderOf(root, stack, yaml);

    /// <summary>Reports the stacks whose file was removed, because nothing else in the preview shows them.</summary>
    private static async Task WriteRemovedAsync(
        PreviewOptions options, EarlierProgram earlier, IEnumerable<string> stacks, TextWriter output)
    {
        foreach (var stack in (await earlier.StacksAsync()).Except(stacks))
        {
            var text = $"{StackFiles.NameOf(stack)} of {options.Against} is gone. This destroys nothing: "
                + "only 'pulumi destroy' removes an environment, and it needs the file.";
            await output.WriteLineAsync(text);
            await WriteFileAsync(options, stack, "summary", text + "\n");
        }
    }

    private static Task WriteFileAsync(PreviewOptions options, string stack, string part, Action<PreviewWriter> write)
    {
        var text = new StringWriter();
        write(new PreviewWriter(text, PreviewFormat.Difference));
        return WriteFileAsync(options, stack, part, text.ToString());
    }

    private static async Task WriteFileAsync(PreviewOptions options, string stack, string part, string text)
    {
        if (options.Out is not { } folder)
            return;
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, $"{stack}.{part}.txt"), text);
    }

    /// <summary>The folder of Pulumi.yaml, above the folder that this program was built in.</summary>
    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Pulumi.yaml")))
                return folder.FullName;
        }

        throw new PreviewException($"no folder above {AppContext.BaseDirectory} has a Pulumi.yaml");
    }
}
