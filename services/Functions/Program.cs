using ModelServing.Contracts;
using ModelServing.Contracts.Functions;
using ModelServing.Functions;
using ModelServing.Functions.Invoke;
using ModelServing.Hosting;
using ModelServing.Runtime.FirstRuns;

if (FirstRunChild.IsFor(args))
    return FirstRunChild.Run(args);
return args.Length > 0
    ? await InvokeCommand.RunAsync(args, HostEnvironment.OfProcess, CancellationToken.None)
    : await ServiceHost.RunAsync(
        "functions",
        static environment => new FunctionsHostSettings(environment),
        FunctionsHost.Add,
        FunctionsHost.Map,
        FunctionsHost.Listen);
