using System.CommandLine;
using ModelServing.Contracts;
using ModelServing.Oci;
using ModelServing.Oci.ObjectStorage;
using ModelServing.Registry;

namespace ModelServing.Cli;

/// <summary>The options that say which registry a command is about.</summary>
/// <remarks>
/// <code>
/// --registry LOCATION    that one
/// --stack NAME           the bucket of that environment in the cloud
/// --stack NAME --local   the folder on this machine that 'ms up --stack NAME' serves from
/// (none of them)         the folder on this machine that 'ms up' serves from
/// </code>
/// </remarks>
/// <param name="oci">The options that say as whom a bucket is asked.</param>
internal sealed class RegistryOptions(OciOptions oci)
{
    private readonly Option<string?> registry = new("--registry") { Description = "The registry: file:FOLDER, or oci:NAMESPACE/BUCKET." };
    private readonly Option<bool> local = new("--local") { Description = "With --stack: the registry on this machine that 'ms up' serves from, instead of the environment's bucket." };
    private readonly StackOptions stack = new("The environment whose bucket on OCI it is; Pulumi.STACK.yaml names its region. Without it: this machine, for the stack dev.");

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

    /// <summary>The stack that is named, or is meant without a name.</summary>
    internal StackLocation Stack(ParseResult arguments) => stack.Read(arguments);

    /// <summary>Opens the registry.</summary>
    /// <param name="arguments">What was typed.</param>
    /// <param name="progress">Told how much of an object is stored in a bucket.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="CommandException">What was typed contradicts itself, or the stack file has faults.</exception>
    /// <exception cref="ContractException">The location is none, or the identity can't be had.</exception>
    /// <exception cref="IOException">Object Storage can't be asked for the tenancy's namespace.</exception>
    internal async Task<ModelRegistry> OpenAsync(ParseResult arguments, IProgress<UploadProgress>? progress, CancellationToken cancellation) =>
        new(await OpenStoreAsync(arguments, progress, cancellation), TimeProvider.System);

    private async Task<IObjectStore> OpenStoreAsync(ParseResult arguments, IProgress<UploadProgress>? progress, CancellationToken cancellation)
    {
        if (arguments.GetValue(registry) is { } named)
        {
            if (arguments.GetValue(local))
                throw new CommandException(ExitCode.WrongInput, "--registry and --local each name a registry; give one of them");
            return ObjectStores.Open(named, named.StartsWith(HostSources.BucketScheme, StringComparison.Ordinal) ? oci.Read(arguments, null) : null, progress);
        }

        var location = stack.Read(arguments);
        if (!stack.IsGiven(arguments) || arguments.GetValue(local))
            return RegistryLocation.Open(HostSources.File(location.RegistryFolder(location.Read().Settings.Local)));
        return await ObjectStores.OpenBucketAsync(BucketName.From(BucketName.Project, location.Name), oci.Read(arguments, RegionOf(location)), progress, cancellation);
    }

    private static string RegionOf(StackLocation location)
    {
        try
        {
            return location.ReadCloud().Cloud!.Region;
        }
        catch (CommandException e)
        {
            throw new CommandException(e.ExitCode, [.. e.Lines, "--stack names an environment in the cloud, whose bucket is the registry; for the registry of this machine add --local"]);
        }
    }
}
