using ModelServing.Stacks;
using ModelServing.Stacks.Preview;

if (args is ["preview", .. var options])
    return await PreviewCommand.RunAsync(options, Console.Out, Console.Error);
try
{
    return await Pulumi.Deployment.RunAsync<ServingStack>();
}
catch (InvalidOperationException e)
{
    // The program was not started by Pulumi, or was built with the doubles. Pulumi itself reports later failures.
    Console.Error.WriteLine(e.Message);
    return 1;
}
