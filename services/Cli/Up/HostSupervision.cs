namespace ModelServing.Cli.Up;

/// <summary>The services that the supervisors of all hosts share.</summary>
/// <param name="RunFolder">The folder for address files.</param>
/// <param name="Log">Prints the output of the hosts.</param>
/// <param name="Terminal">Where the deaths of hosts are printed.</param>
/// <param name="Time">The clock.</param>
internal sealed record HostSupervision(string RunFolder, HostLog Log, Terminal Terminal, TimeProvider Time);
