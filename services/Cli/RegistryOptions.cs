using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Contracts.Reliability;
using ModelServing.Oci;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;

namespace ModelServing.Cli;

/// <summary>The options that select a command's registry.</summary>
/// <remarks>
/// <code>
/// --registry LOCATION    that registry
/// --stack NAME           the bucket of that cloud environment
/// --stack NAME --local   the folder on this machine that 'ms up --stack NAME' serves from
/// (none of them)         the folder on this machine that 'ms up' serves from
/// </code>
/// </remarks>
/// <param name="oci">The options for the identity that opens a bucket.</param>
internal sealed class RegistryOptions(OciOptions oci)
{
    private readonly Option<string?> registry = new("--registry") { Description = "The registry: file:FOLDER, or oci:NAMESPACE/BUCKET." };
    private readonly Option<bool> local = new("--local")
    {
        Description = "With --stack: use the registry on this machine that 'ms up' serves from, not the environment's bucket.",
    };
    private readonly StackOptions stack = new("The environment whose bucket on OCI is the registry; Pulumi.STACK.yaml names its " +
        "region. Without it: the registry on this machine that 'ms up' serves from.");

    internal RegistryOptions()
        : this(new OciOptions())
    {
    }

    internal void AddTo(Command command)
    {
        stack.AddTo(command);
        command.Options.Add(local);
        command.Options.Add(registry);
        oci.AddTo(command);
    }

    /// <summary>The named stack, or the default one.</summary>
    internal StackLocation Stack(ParseResult arguments) => stack.Read(arguments);

    /// <summary>The named stack, or the one whose platform runs on this machine.</summary>
    internal StackLocation RunningStack(ParseResult arguments) => stack.ReadRunning(arguments);

    /// <summary>Whether the registry is the one that the stack's 'ms up' serves from.</summary>
    internal bool IsLocal(ParseResult arguments) =>
        arguments.GetValue(registry) is null && (!stack.IsGiven(arguments) || arguments.GetValue(local));

    /// <summary>Opens the registry.</summary>
    /// <param name="arguments">The command line.</param>
    /// <param name="progress">Receives the progress of uploads to a bucket.</param>
    /// <param name="cancellation">Cancels the call.</param>
    /// <exception cref="CommandException">The options contradict each other, or the stack file has faults.</exception>
    /// <exception cref="ContractException">The location is invalid, or the identity is unavailable.</exception>
    /// <exception cref="IOException">Object Storage does not return the tenancy's namespace.</exception>
    internal async Task<ModelRegistry> OpenAsync(
        ParseResult arguments,
        IProgress<UploadProgress>? progress,
        CancellationToken cancellation) =>
        new(await OpenStoreAsync(arguments, progress, cancellation), TimeProvider.System);

    /// <summary>Opens the object store of the registry.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    internal async Task<IObjectStore> OpenStoreAsync(
        ParseResult arguments,
        IProgress<UploadProgress>? progress,
        CancellationToken cancellation)
    {
        if (arguments.GetValue(registry) is { } named)
        {
            if (arguments.GetValue(local))
                throw new CommandException(ExitCode.WrongInput, "--registry and --local each name a registry; use only one of them");
            return ObjectStores.Open(
                named,
                named.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal) ? oci.Read(arguments, null) : null,
                progress);
        }

        var location = stack.Read(arguments);
        if (IsLocal(arguments))
        {
            var local = location.Read().Settings.Local;
            // The default folder is part of the state of 'ms up'. Another one may be shared.
            if (local.Registry is null)
                PrivateFiles.MakeDefault();
            return RegistryLocation.Open(HostSources.File(location.RegistryFolder(local)));
        }

        return await ObjectStores.OpenBucketAsync(
            BucketName.From(BucketName.Project, location.Name),
            oci.Read(arguments, RegionOf(location)),
            progress,
            cancellation);
    }

    /// <summary>Finds the registry for another program: where it is, and the variables that give the program its identity.</summary>
    /// <inheritdoc cref="OpenAsync"/>
    internal async Task<(string Location, Dictionary<string, string> Variables)> LocateAsync(
        ParseResult arguments, CancellationToken cancellation)
    {
        var location = (await OpenStoreAsync(arguments, null, cancellation)).Location;
        var variables = new Dictionary<string, string>();
        if (location.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal))
        {
            var region = arguments.GetValue(registry) is null ? RegionOf(stack.Read(arguments)) : null;
            oci.Read(arguments, region).Write(variables);
        }

        return (location, variables);
    }

    private static string RegionOf(StackLocation location)
    {
        try
        {
            return location.ReadCloud().Cloud!.Region;
        }
        catch (CommandException e)
        {
            throw new CommandException(
                e.ExitCode,
                [.. e.Lines, "--stack names an environment in the cloud and so its bucket; for the registry on this machine, add --local"]);
        }
    }
}
